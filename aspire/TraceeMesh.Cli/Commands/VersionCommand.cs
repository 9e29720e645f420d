using System.CommandLine;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("version", "Print the version") { json };
        command.SetAction(parsed =>
        {
            Console.WriteLine(parsed.GetValue(json) ? $"{{\"version\":\"{Version}\"}}" : $"tmesh {Version}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Version => typeof(VersionCommand).Assembly.GetName().Version!.ToString(3);
}
