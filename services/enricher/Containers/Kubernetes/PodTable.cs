using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>The pods of this node by uid, as the API server said last. One writer, any number of readers.</summary>
public sealed class PodTable
{
    /// <summary>The pods kept; a node runs a few hundred at most. One more is refused and counted.</summary>
    public const int MaxPods = 4096;

    /// <summary>The memory that their labels may take.</summary>
    public const long MaxLabelBytes = 8 << 20;

    private readonly ConcurrentDictionary<string, KubernetesPod> _pods = new();
    private long _refused;

    /// <summary>Pods known.</summary>
    public int Count => _pods.Count;

    /// <summary>Pods not taken in for lack of room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The room that their labels have.</summary>
    public LabelBudget Labels { get; } = new(MaxLabelBytes);

    /// <summary>Finds a pod.</summary>
    public bool TryGet(string uid, [NotNullWhen(true)] out KubernetesPod? pod) => _pods.TryGetValue(uid, out pod);

    /// <summary>Takes a pod in, or what became of it.</summary>
    public void Set(KubernetesPod pod)
    {
        if (_pods.TryGetValue(pod.Uid, out var known))
        {
            Labels.Return(known.Labels);
        }
        else if (_pods.Count >= MaxPods)
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        _pods[pod.Uid] = Labels.TryTake(pod.Labels) ? pod : pod with { Labels = ReadOnlyDictionary<string, string>.Empty };
    }

    /// <summary>Forgets a pod.</summary>
    public void Remove(string uid)
    {
        if (_pods.TryRemove(uid, out var pod))
        {
            Labels.Return(pod.Labels);
        }
    }

    /// <summary>Forgets those that a whole list did not name.</summary>
    public void KeepOnly(IReadOnlySet<string> uids)
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
