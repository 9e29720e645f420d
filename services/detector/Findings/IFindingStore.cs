namespace TraceeMesh.Detector.Findings;

/// <summary>Keeps findings.</summary>
public interface IFindingStore
{
    /// <summary>Returns when all of them are stored, or throws when cancelled. A finding stored twice is kept once.</summary>
    public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation);
}
