namespace TraceeMesh.Contracts.Mesh;

/// <summary>Adds up what every detector says of its signatures.</summary>
public static class SignatureSum
{
    private static readonly string[] FurthestFirst = [SignatureStatus.Failed, SignatureStatus.Disabled, SignatureStatus.Waiting, SignatureStatus.Running];

    /// <summary>One row for each signature. What a detector refused under an id that it also runs is a row of its own.</summary>
    /// <param name="detectors">What the detectors say.</param>
    /// <param name="unavailable">Events that the kernel of some node cannot give.</param>
    public static IReadOnlyList<SignatureRow> Of(IReadOnlyList<SignatureList> detectors, IReadOnlySet<string> unavailable) =>
    [
        .. detectors
            .SelectMany(d => d.Signatures.Select(s => (d.Instance, Status: s, IsSecond: IsSecond(d, s))))
            .GroupBy(s => (s.Status.Id, s.IsSecond))
            .OrderBy(g => g.Key.Id, StringComparer.Ordinal)
            .ThenBy(g => g.Key.IsSecond)
            .Select(g => Row([.. g.Select(s => (s.Instance, s.Status))], detectors.Count > 1, unavailable)),
    ];

    private static bool IsSecond(SignatureList detector, SignatureStatus status) =>
        status.State == SignatureStatus.Failed && !ReferenceEquals(detector.Signatures.First(s => s.Id == status.Id), status);

    private static SignatureRow Row(IReadOnlyList<(string Instance, SignatureStatus Status)> all, bool several, IReadOnlySet<string> unavailable)
    {
        var (instance, furthest) = all.MinBy(s => Array.IndexOf(FurthestFirst, s.Status.State));
        var evaluations = all.Sum(s => s.Status.Evaluations);
        var timed = all.Where(s => s.Status.NanosecondsPerEvent > 0).ToList();
        var weight = timed.Sum(s => s.Status.Evaluations);
        return new SignatureRow(
            furthest.Id,
            furthest.EventName,
            furthest.Version,
            furthest.State,
            furthest.Reason.Length == 0 ? Suppressed(all.Sum(s => s.Status.Suppressed)) : several ? $"{instance}: {furthest.Reason}" : furthest.Reason,
            [.. all.SelectMany(s => s.Status.UnknownEvents.Concat(s.Status.Events.Where(unavailable.Contains))).Distinct().Order(StringComparer.Ordinal)],
            evaluations,
            all.Sum(s => s.Status.Findings),
            all.Sum(s => s.Status.Errors),
            weight == 0 ? 0 : (long)timed.Sum(s => (double)s.Status.NanosecondsPerEvent * s.Status.Evaluations / weight),
            all.Aggregate(default(LookupTotals), (sum, s) => sum + s.Status.Lookups));
    }

    private static string Suppressed(long count) => count == 0 ? "" : $"{count} findings kept back by exceptions";
}
