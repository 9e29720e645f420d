using Microsoft.Extensions.Configuration;
using TraceeMesh.Enricher.Containers.Runtimes.Containerd;
using TraceeMesh.Enricher.Containers.Runtimes.Cri;
using TraceeMesh.Enricher.Containers.Runtimes.Docker;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>
/// The sockets of the container runtimes of this node: those that are configured, and in the usual places those that exist. A
/// usual place that was empty is looked at again, so a runtime may start after the enricher.
/// </summary>
public sealed class RuntimeSockets : IAsyncDisposable
{
    /// <summary>How often an empty place is looked at, at most.</summary>
    public static readonly TimeSpan RecheckInterval = TimeSpan.FromSeconds(5);

    private const string Scheme = "unix://";

    private static readonly (ContainerRuntime Kind, string Key, string Path)[] Places =
    [
        (ContainerRuntime.Docker, "RUNTIME_DOCKER", "/var/run/docker.sock"),
        (ContainerRuntime.Containerd, "RUNTIME_CONTAINERD", "/var/run/containerd/containerd.sock"),
        (ContainerRuntime.Crio, "RUNTIME_CRIO", "/var/run/crio/crio.sock"),
        (ContainerRuntime.Podman, "RUNTIME_PODMAN", "/var/run/podman/podman.sock"),
    ];

    private readonly TimeProvider _time;
    private readonly RuntimeCounters _counters;
    private readonly Lock _lock = new();
    private readonly List<RuntimeSocket> _absent;
    private volatile IContainerRuntime[] _present = [];
    private long _checked;

    /// <summary>The sockets in these places.</summary>
    public RuntimeSockets(IEnumerable<RuntimeSocket> sockets, TimeProvider time, RuntimeCounters counters)
    {
        _time = time;
        _counters = counters;
        _absent = [.. sockets];
        TakePresent();
    }

    /// <summary>Where the sockets are to be: TRACEEMESH_RUNTIME_DOCKER, _CONTAINERD, _CRIO, _PODMAN; empty switches one off.</summary>
    public static IReadOnlyList<RuntimeSocket> From(IConfiguration configuration)
    {
        var sockets = new List<RuntimeSocket>();
        foreach (var (kind, key, usual) in Places)
        {
            var configured = configuration[key];
            if (configured is null)
            {
                sockets.Add(new RuntimeSocket(kind, usual, Configured: false));
            }
            else if (configured.Length > 0)
            {
                var path = configured.StartsWith(Scheme, StringComparison.Ordinal) ? configured[Scheme.Length..] : configured;
                sockets.Add(new RuntimeSocket(kind, path, Configured: true));
            }
        }

        return sockets;
    }

    /// <summary>Those that may know a container of a kind; all of them where the kind is <see cref="ContainerRuntime.Unknown"/>.</summary>
    public IReadOnlyList<IContainerRuntime> For(ContainerRuntime kind)
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _checked)) >= RecheckInterval)
        {
            TakePresent();
        }

        var present = _present;
        return kind == ContainerRuntime.Unknown ? present : Array.FindAll(present, r => r.Kind == kind);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in _present)
        {
            await runtime.DisposeAsync();
        }
    }

    private void TakePresent()
    {
        lock (_lock)
        {
            Volatile.Write(ref _checked, _time.GetTimestamp());
            var found = _absent.FindAll(s => s.Configured || File.Exists(s.Path));
            if (found.Count > 0)
            {
                _absent.RemoveAll(found.Contains);
                _present = [.. _present, .. found.Select(s => new CountedRuntime(Open(s), _counters))];
            }
        }
    }

    private static IContainerRuntime Open(RuntimeSocket socket) => socket.Kind switch
    {
        ContainerRuntime.Docker or ContainerRuntime.Podman => new DockerRuntime(socket.Kind, socket.Path),
        ContainerRuntime.Containerd => new ContainerdRuntime(socket.Path),
        ContainerRuntime.Crio => new CrioRuntime(socket.Path),
        _ => throw new ArgumentException($"no client for the runtime {socket.Kind}"),
    };
}
