using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.Enricher.Processes;

namespace TraceeMesh.Enricher;

/// <summary>What is known of the node, as of a position in its order.</summary>
public sealed class NodeStores
{
    private readonly List<uint> _loads = [];
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Stores that know nothing.</summary>
    /// <param name="dnsCapacity">Names and addresses kept.</param>
    /// <param name="processes">How much is kept of processes.</param>
    public NodeStores(int dnsCapacity = DnsLimits.Nodes, ProcessLimits? processes = null)
    {
        Processes = new ProcessStore(processes);
        Dns = new DnsCache(dnsCapacity);
        DnsPackets = new DnsPackets(Dns);
    }

    /// <summary>Held while a frame is applied, and while a question is answered: answers are as of the end of a frame.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The containers.</summary>
    public ContainerStore Containers { get; } = new();

    /// <summary>The processes.</summary>
    public ProcessStore Processes { get; }

    /// <summary>The names and addresses.</summary>
    public DnsCache Dns { get; }

    /// <summary>The packets that tell of them.</summary>
    public DnsPackets DnsPackets { get; }

    /// <summary>How the times of the records go together with those of events.</summary>
    public NodeClock Clock { get; } = new();

    /// <summary>Everything before this is in the stores.</summary>
    public StorePosition Applied { get; private set; } = StorePosition.Beginning;

    /// <summary>The place of a load in the order of loads; -1 for one that has not come yet, or was forgotten.</summary>
    public int LoadIndex(uint loadId) => _loads.LastIndexOf(loadId);

    /// <summary>The load at a place in that order; 0 while there is none.</summary>
    public uint LoadAt(int index) => index < _loads.Count ? _loads[index] : 0;

    /// <summary>Starts the positions of a new load.</summary>
    public int BeginLoad(uint loadId)
    {
        _loads.Add(loadId);
        return _loads.Count - 1;
    }

    /// <summary>Says that everything before <paramref name="position"/> is in the stores, and wakes whoever waits for that.</summary>
    public void Advance(StorePosition position)
    {
        TaskCompletionSource advanced;
        lock (Gate)
        {
            Applied = position;
            advanced = _advanced;
            _advanced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        advanced.SetResult();
    }

    /// <summary>Completes at the next <see cref="Advance"/>. Take it under <see cref="Gate"/>, before looking.</summary>
    public Task Advanced => _advanced.Task;
}
