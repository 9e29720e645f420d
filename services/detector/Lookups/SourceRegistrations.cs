using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>
/// Tells owners from pretenders among those who answer that they are a data source. One source may have many owners, each of a node
/// of its own, or sharing the whole mesh's questions; but they must say the same of it.
/// </summary>
public static class SourceRegistrations
{
    /// <summary>The sources of the namespace that is the mesh's own; each belongs to a node's enricher.</summary>
    private static readonly string[] OfTheMesh = ["containers", "process_tree", "dns"];

    /// <summary>Sorts the answers of one round.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="known">What is known of a source so far; null when nothing is.</param>
    /// <returns>One description for each source, and the registrations that are none of it.</returns>
    public static (IReadOnlyList<DataSourceInfo> Sources, IReadOnlyList<RefusedSource> Refused) Sort(
        IEnumerable<DataSourceInfo> answers,
        Func<string, string, DataSourceInfo?> known)
    {
        var sources = new List<DataSourceInfo>();
        var refused = new List<RefusedSource>();
        foreach (var source in answers.DistinctBy(a => (a.Namespace, a.Id, a.Instance, a.Node)).GroupBy(a => (a.Namespace, a.Id)))
        {
            refused.AddRange(source.Where(IsReserved).Select(a => new RefusedSource(a, $"the namespace {EventSelector.Tracee} holds {string.Join(", ", OfTheMesh)} and nothing else, each of a node")));
            var candidates = source.Where(a => !IsReserved(a)).OrderBy(a => a.Instance, StringComparer.Ordinal).ToList();
            if (candidates.Count == 0)
            {
                continue;
            }

            var owner = Owner(candidates, known(source.Key.Namespace, source.Key.Id));
            sources.Add(owner);
            refused.AddRange(candidates.Where(a => !a.SaysTheSameAs(owner)).Select(a => new RefusedSource(a, $"{owner.Instance} says something else of it: version {owner.Version}, scope {owner.Scope}")));
            refused.AddRange(SecondOfANode(candidates.Where(a => a.OfNode && a.SaysTheSameAs(owner))));
        }

        return (sources, refused);
    }

    private static bool IsReserved(DataSourceInfo info) => info.Namespace == EventSelector.Tracee && !(info.OfNode && OfTheMesh.Contains(info.Id));

    // What is known holds for as long as anybody says it; else what most say, so that one stray owner changes nothing.
    private static DataSourceInfo Owner(List<DataSourceInfo> candidates, DataSourceInfo? known) =>
        candidates.Find(c => known is not null && c.SaysTheSameAs(known))
        ?? candidates.MaxBy(c => candidates.Count(c.SaysTheSameAs))!;

    private static IEnumerable<RefusedSource> SecondOfANode(IEnumerable<DataSourceInfo> owners) =>
        from node in owners.GroupBy(o => o.Node)
        from second in node.Skip(1)
        select new RefusedSource(second, $"{node.First().Instance} answers for node {node.Key} already");
}
