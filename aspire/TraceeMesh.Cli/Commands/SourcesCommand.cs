using System.CommandLine;
using System.Text.Json;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh sources</c>: the data sources there are.</summary>
internal static class SourcesCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var console = new ConsoleOptions();
        var command = new Command("sources", "List the data sources that signatures may ask") { json };
        console.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = console.Open(parsed);
            return await Run(api, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static async Task<int> Run(ConsoleApi api, bool json, CancellationToken cancellation)
    {
        using var answer = await api.AskAsync(HttpMethod.Get, "/api/v1/sources", null, cancellation);
        if (!json)
        {
            Console.WriteLine($"{"SOURCE",-40} {"VERSION",-8} {"KEYS",-28} {"WRITABLE",-9} {"NODES",-24} WHAT");
        }

        foreach (var source in answer.RootElement.GetProperty("sources").EnumerateArray())
        {
            Console.WriteLine(json ? source.GetRawText() : Line(source).TrimEnd());
        }

        return ExitCode.Ok;
    }

    private static string Line(JsonElement source)
    {
        var values = DataValueJson.Read(source);
        return $"{Of("namespace")}/{Of("id")}".PadRight(40) + $" {Of("version"),-8} {Of("keys"),-28} {Of("mayWrite"),-9} {(Of("nodes") is { Length: > 0 } nodes ? nodes : "the mesh"),-24} {Of("description")}";

        string Of(string name) => Fields.Text(Fields.Of(values, name));
    }
}
