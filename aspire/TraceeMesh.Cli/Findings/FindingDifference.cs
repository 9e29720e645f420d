using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Findings;

/// <summary>Which of two runs.</summary>
internal enum FindingSide
{
    First,
    Second,
}

/// <summary>
/// Compares the findings of two runs. Two are the same when they say the same: what each run gives anew (id, node, load, position,
/// partition) is left out, and so are entity ids, which depend on the node's name.
/// </summary>
internal static class FindingDifference
{
    private static readonly string[] OfTheRun = ["id", "node", "loadId", "position", "partition"];
    private static readonly string[] OfTheNode = ["threadEntityId", "processEntityId", "parentEntityId"];

    /// <summary>What is in one only, in the order of the runs.</summary>
    /// <exception cref="CommandException">A line is no finding.</exception>
    public static IReadOnlyList<(FindingSide Side, string Finding)> Of(IEnumerable<string> first, IEnumerable<string> second)
    {
        var (left, right) = (Keyed(first), Keyed(second));
        var (ofLeft, ofRight) = (Count(left), Count(right));
        var difference = new List<(FindingSide, string)>();
        Add(left, ofRight, FindingSide.First);
        Add(right, ofLeft, FindingSide.Second);
        return difference;

        void Add(List<(string Key, string Line)> findings, Dictionary<string, int> others, FindingSide side)
        {
            foreach (var (key, line) in findings)
            {
                if (others.TryGetValue(key, out var left) && left > 0)
                {
                    others[key] = left - 1;
                }
                else
                {
                    difference.Add((side, line));
                }
            }
        }
    }

    private static Dictionary<string, int> Count(List<(string Key, string Line)> findings) =>
        findings.GroupBy(f => f.Key).ToDictionary(g => g.Key, g => g.Count());

    private static List<(string Key, string Line)> Keyed(IEnumerable<string> lines)
    {
        var keyed = new List<(string, string)>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (line.Length > 0)
            {
                keyed.Add((Key(line, number), line));
            }
        }

        return keyed;
    }

    private static string Key(string line, int number)
    {
        try
        {
            var finding = JsonNode.Parse(line)!.AsObject();
            foreach (var name in OfTheNode)
            {
                finding.Remove(name);
            }

            if (finding["mesh"] is JsonObject mesh)
            {
                foreach (var name in OfTheRun)
                {
                    mesh.Remove(name);
                }
            }

            return finding.ToJsonString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new CommandException(ExitCode.Usage, $"line {number} is no finding: {e.Message}", e);
        }
    }
}
