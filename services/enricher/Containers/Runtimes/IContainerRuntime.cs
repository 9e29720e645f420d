namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>One container runtime's socket. Never throws for what the runtime does; every outcome is named.</summary>
public interface IContainerRuntime : IAsyncDisposable
{
    /// <summary>Which runtime it is.</summary>
    public ContainerRuntime Kind { get; }

    /// <summary>Path of its socket.</summary>
    public string Socket { get; }

    /// <summary>Asks for one container. The caller's cancellation bounds it; a cancelled question is answered with <see cref="RuntimeStatus.Timeout"/>.</summary>
    /// <param name="containerId">Full id, as in the cgroup path.</param>
    /// <param name="cancellation">Ends the question.</param>
    public Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation);
}
