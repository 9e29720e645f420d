using TraceeMesh.Detector.Findings;

namespace TraceeMesh.Replay.Judging;

/// <summary>Hands findings on, in the order in which they are found.</summary>
/// <param name="take">Takes each.</param>
internal sealed class FindingLines(Action<Finding> take) : IFindingStore
{
    public long Count { get; private set; }

    public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation)
    {
        foreach (var finding in findings)
        {
            Count++;
            take(finding);
        }

        return Task.CompletedTask;
    }
}
