using System.CommandLine;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh processes</c>: the processes of the nodes, as a table or as the tree they are, now or as of a time.</summary>
internal static class ProcessesCommand
{
    public static Command Create() => ListingOptions.Create(
        "processes",
        "List processes",
        "process_tree",
        $"{"PID",8} {"PARENT",8} {"CONTAINER",-12} {"NODE",-12} COMMAND",
        Line,
        new Option<bool>("--tree") { Description = "Draw them as a tree" },
        Draw);

    private static string Line(string node, SourceEntry entry)
    {
        var info = Fields.Of(Fields.Of(entry.Values, "process_info"), "info");
        return $"{ProcessForest.Number(info, "pid"),8} {ProcessForest.Number(info, "ppid"),8} {Fields.Text(Fields.Of(info, "containerId"), 12).TrimEnd('…'),-12} {node,-12} {ProcessForest.CommandOf(info)}";
    }

    private static IEnumerable<string> Draw(IEnumerable<SourceEntry> entries)
    {
        var forest = new ProcessForest();
        foreach (var entry in entries)
        {
            forest.Add(entry);
        }

        return forest.Draw();
    }
}
