namespace TraceeMesh.TestKit.Runtimes;

/// <summary>A real container runtime of a test's own: its daemon, its socket, its containers. Disposing it leaves nothing of them.</summary>
public interface ITestRuntime : IAsyncDisposable
{
    /// <summary>What events call it: <c>docker</c>, <c>containerd</c>, <c>podman</c>.</summary>
    public string Name { get; }

    /// <summary>Where it listens, open to the group <see cref="RuntimeDirectory.SocketGroup"/>.</summary>
    public string Socket { get; }

    /// <summary>Starts a container of <see cref="TestImage"/>; it runs, or has run already, when this returns.</summary>
    public Task<StartedContainer> RunAsync(string name, params IReadOnlyList<string> command);

    /// <summary>Runs a program inside a running container.</summary>
    public Task ExecAsync(string id, params IReadOnlyList<string> command);

    /// <summary>Ends a container and forgets it.</summary>
    public Task RemoveAsync(StartedContainer container);

    /// <summary>Kills the daemon with SIGKILL and starts it again; its containers run on.</summary>
    public Task RestartAsync();
}
