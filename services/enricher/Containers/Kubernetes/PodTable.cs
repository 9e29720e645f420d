using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>The pods of this node by uid, as the API server said last. One writer, any number of readers.</summary>
public sealed class PodTable
{
    /// <summary>The pods kept; a node runs a few hundred at most. One more is refused and counted.</summary>
    public const int MaxPods = 4096;

    private readonly ConcurrentDictionary<string, KubernetesPod> _pods = new();
    private long _refused;

    /// <summary>Pods known.</summary>
    public int Count => _pods.Count;

    /// <summary>Pods not taken in for lack of room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Finds a pod.</summary>
    public bool TryGet(string uid, [NotNullWhen(true)] out KubernetesPod? pod) => _pods.TryGetValue(uid, out pod);

    internal void Set(KubernetesPod pod)
    {
        if (_pods.Count < MaxPods || _pods.ContainsKey(pod.Uid))
        {
            _pods[pod.Uid] = pod;
        }
        else
        {
            Interlocked.Increment(ref _refused);
        }
    }

    internal void Remove(string uid) => _pods.TryRemove(uid, out _);

    /// <summary>Forgets those that a whole list did not name.</summary>
    internal void KeepOnly(IReadOnlySet<string> uids)
    {
        foreach (var uid in _pods.Keys)
        {
            if (!uids.Contains(uid))
            {
                Remove(uid);
            }
        }
    }
}
