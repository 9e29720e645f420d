namespace TraceeMesh.Detector.Findings;

/// <summary>
/// Stores findings when their frame has long been entered as judged: the wrong order, for the test that shows what goes missing then
/// (<see cref="Contracts.Mechanisms.FindingsBeforePosition"/>).
/// </summary>
/// <param name="store">Where they go at last.</param>
/// <param name="time">The clock.</param>
/// <param name="stop">Ends waiting.</param>
internal sealed class BelatedFindings(IFindingStore store, TimeProvider time, CancellationToken stop) : IFindingStore
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation)
    {
        _ = StoreLaterAsync([.. findings]);
        return Task.CompletedTask;
    }

    private async Task StoreLaterAsync(IReadOnlyList<Finding> findings)
    {
        await Task.Delay(Delay, time, stop);
        await store.StoreAsync(findings, stop);
    }
}
