using System.CommandLine;
using System.Text;
using TraceeMesh.Cli;
using Xunit;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>docs/command-line.md: the help of every command, made from the code, so that none changes unseen.</summary>
public sealed class CommandLineDocumentTests
{
    // TRACEEMESH_WRITE_DOCUMENTS=1 writes it anew.
    [Fact]
    public void CommandLineDocument_IsWhatTheHelpSays()
    {
        var path = Path.Combine(RepositoryFiles.Root, "docs/command-line.md");
        var text = Write();
        if (Environment.GetEnvironmentVariable("TRACEEMESH_WRITE_DOCUMENTS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.ReadAllText(path));
    }

    [Fact]
    public void EveryCommand_HasAnExample_ThatItCanRead()
    {
        var root = CommandLine.Create();
        Assert.Equal(Visible(root).Select(c => c.Name).Order(), HelpWithExample.Examples.Keys.Order());
        foreach (var example in HelpWithExample.Examples.Values.SelectMany(e => e).Where(e => e.StartsWith("tmesh ", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(root.Parse(example.Split(" > ")[0]["tmesh ".Length..].Replace('\'', '"').Replace("{\"pid\":1}", "pid", StringComparison.Ordinal)).Errors, e => !e.Message.Contains("File", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<Command> Visible(RootCommand root) => root.Subcommands.Where(c => !c.Hidden);

    private static string Write()
    {
        var text = new StringBuilder();
        text.AppendLine("# The command line").AppendLine();
        text.AppendLine("Made from the code by a test; `TRACEEMESH_WRITE_DOCUMENTS=1 dotnet test -c Release tests/Unit --filter CommandLineDocument` writes it anew.");
        text.AppendLine("`--json` gives one object a line, whose fields stay. Exit codes: [exit-codes.md](exit-codes.md).").AppendLine();
        var root = CommandLine.Create();
        foreach (var command in Visible(root))
        {
            using var output = new StringWriter();
            root.Parse([command.Name, "--help"]).Invoke(new InvocationConfiguration { Output = output });
            text.AppendLine($"## {command.Name}").AppendLine().AppendLine("```console");
            text.AppendLine(string.Join('\n', output.ToString().ReplaceLineEndings("\n").Split('\n').Select(l => l.TrimEnd())).Trim().Replace("testhost", "tmesh", StringComparison.Ordinal).Replace($"[default: {Environment.MachineName}]", "[default: the machine's name]", StringComparison.Ordinal));
            text.AppendLine("```").AppendLine();
        }

        return text.ToString().TrimEnd() + "\n";
    }
}
