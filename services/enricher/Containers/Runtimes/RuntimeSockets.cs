namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>The sockets of the container runtimes of this node.</summary>
public sealed class RuntimeSockets : IAsyncDisposable
{
    private readonly List<IContainerRuntime> _runtimes;

    /// <summary>Exactly these.</summary>
    public RuntimeSockets(IEnumerable<IContainerRuntime> runtimes) => _runtimes = [.. runtimes];

    /// <summary>Those that may know a container of a kind; all of them where the kind is <see cref="ContainerRuntime.Unknown"/>.</summary>
    public IReadOnlyList<IContainerRuntime> For(ContainerRuntime kind) =>
        kind == ContainerRuntime.Unknown ? _runtimes : _runtimes.FindAll(r => r.Kind == kind);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in _runtimes)
        {
            await runtime.DisposeAsync();
        }
    }
}
