using System.CommandLine;
using TraceeMesh.Cli.Findings;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh diff</c>: what one run found and another did not.</summary>
internal static class DiffCommand
{
    private const string Text = """
        Compare the findings of two runs, each as JSON lines: < is only in the first, > only in the second
        """;

    public static Command Create()
    {
        var first = new Argument<string>("first") { Description = "Findings as JSON lines; - is standard input" };
        var second = new Argument<string>("second") { Description = "The same" };
        var json = CommonOptions.Json();
        var command = new Command("diff", Text) { first, second, json };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(first), parsed.GetRequiredValue(second), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string first, string second, bool json)
    {
        var difference = FindingDifference.Of(Read(first), Read(second));
        using var output = new StreamWriter(Console.OpenStandardOutput());
        foreach (var (side, finding) in difference)
        {
            if (json)
            {
                output.WriteLine($$"""{"only_in":"{{(side == FindingSide.First ? "first" : "second")}}","finding":{{finding}}}""");
            }
            else
            {
                output.WriteLine($"{(side == FindingSide.First ? '<' : '>')} {(FindingLine.TryFormat(System.Text.Encoding.UTF8.GetBytes(finding), out var line) ? line : finding)}");
            }
        }

        return difference.Count == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private static IEnumerable<string> Read(string path)
    {
        try
        {
            return path == "-" ? Lines(Console.In) : File.ReadAllLines(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ExitCode.Usage, $"{path}: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Lines(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
