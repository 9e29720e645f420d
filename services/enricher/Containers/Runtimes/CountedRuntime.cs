namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>A runtime whose answers are counted.</summary>
internal sealed class CountedRuntime(IContainerRuntime runtime, RuntimeCounters counters) : IContainerRuntime
{
    /// <inheritdoc/>
    public ContainerRuntime Kind => runtime.Kind;

    /// <inheritdoc/>
    public string Socket => runtime.Socket;

    /// <inheritdoc/>
    public async Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation)
    {
        var answer = await runtime.AskAsync(containerId, cancellation);
        counters.Add(answer.Status);
        return answer;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => runtime.DisposeAsync();
}
