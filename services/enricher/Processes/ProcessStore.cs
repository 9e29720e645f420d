using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Processes.Storage;

namespace TraceeMesh.Enricher.Processes;

/// <summary>
/// The processes and threads of the node and what became of them: fed by forks, execs, exits and snapshots, asked as of a
/// position and a time. Processes and threads go by numbers that hold until they are evicted; 0 is none.
/// </summary>
/// <remarks>
/// Not synchronised: whoever applies records and whoever asks share <see cref="NodeStores.Gate"/>. Everything is in slabs of
/// plain structs linked by number: steady work allocates nothing, and a million processes are nothing for the collector to walk.
/// </remarks>
public sealed partial class ProcessStore
{
    private readonly ProcessLimits _limits;
    private readonly long _retention;
    private readonly Slab<ProcessEntry> _processes;
    private readonly Slab<ThreadEntry> _threads;
    private readonly Slab<ImageFact> _imageFacts;
    private readonly Slab<IdentityFact> _identityFacts;
    private readonly Slab<ParentFact> _parentFacts;
    private readonly Slab<Image> _images;
    private readonly TextSlab _texts;
    private readonly FileTable _files;
    private readonly EntityIndex<ProcessEntry> _processIds;
    private readonly EntityIndex<ThreadEntry> _threadIds;
    private readonly NumberIndex<ProcessEntry, ProcessEntry.Namesake> _pids;
    private readonly NumberIndex<ThreadEntry, ThreadEntry.Namesake> _tids;
    private readonly Dictionary<(uint Number, long Start), ulong> _aliases = [];
    private readonly ForgottenIds _forgotten = new();
    private ulong _seed;

    // The first record of the load: what a snapshot shows was so since then, or there would be a record of its change.
    private FactStamp _began;
    private long _now;
    private int _snapshot;
    private FactStamp _snapshotBegan;
    private bool _inSnapshot;
    private int _snapshotShown;

    /// <summary>An empty store.</summary>
    public ProcessStore(ProcessLimits? limits = null)
    {
        _limits = limits ?? ProcessLimits.Default;
        _retention = (long)_limits.Retention.TotalNanoseconds;
        _processes = new(_limits.Processes);
        _threads = new(_limits.Threads);
        _imageFacts = new(_limits.Facts);
        _identityFacts = new(_limits.Facts);
        _parentFacts = new(_limits.Facts);
        _images = new(_limits.Facts);
        _texts = new(_limits.TextBytes);
        _files = new(_limits.Facts, _texts);
        _processIds = new(_processes);
        _threadIds = new(_threads);
        _pids = new(_processes);
        _tids = new(_threads);
    }

    /// <summary>Processes now kept.</summary>
    public int Count => _processes.Count;

    /// <summary>Threads now kept.</summary>
    public int ThreadCount => _threads.Count;

    /// <summary>Facts now kept.</summary>
    public int FactCount => _imageFacts.Count + _identityFacts.Count + _parentFacts.Count;

    /// <summary>Bytes of text now kept.</summary>
    public long TextBytes => _texts.Used;

    /// <summary>Dead processes that made room for others before their time.</summary>
    public long EvictedDead { get; private set; }

    /// <summary>Living processes that made room for others: their events carry no executable.</summary>
    public long EvictedLiving { get; private set; }

    /// <summary>Dead threads that made room for others before their time.</summary>
    public long EvictedThreads { get; private set; }

    /// <summary>Facts and texts that were not kept for lack of room, or went before their time.</summary>
    public long FactsDropped { get; private set; }

    /// <summary>Processes and threads that had the id of another one, and were given one of their own.</summary>
    public long Collisions { get; private set; }

    /// <summary>Time of the latest record, ns since boot.</summary>
    public long Now => _now;

    /// <summary>Mount namespace of pid 1; 0 unknown.</summary>
    public uint HostMountNamespace { get; private set; }

    /// <summary>Whether all processes that existed when the load began are known.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>From here on no process is missing that was not evicted, and none is forgotten.</summary>
    public FactPosition HistoryFrom { get; private set; }

    /// <summary>The same as a time, ns since boot.</summary>
    public long HistoryFromTime { get; private set; }

    /// <summary>The entity id of a process or thread. Ids are hashes; the rare second one with the same hash has another one.</summary>
    /// <param name="number">Its pid or tid on the host.</param>
    /// <param name="start">Its start, ns since boot.</param>
    public ulong IdOf(uint number, ulong start) =>
        _aliases.Count > 0 && _aliases.TryGetValue((number, (long)start), out var id) ? id : EntityIds.Of(_seed, number, start);

    /// <summary>The process with an entity id; 0 where none is kept.</summary>
    public int Find(ulong id) => _processIds.Find(id);

    /// <summary>The thread with an entity id; 0 where none is kept.</summary>
    public int FindThread(ulong id) => _threadIds.Find(id);

    /// <summary>Whether an entity was known and is no longer.</summary>
    public bool IsForgotten(ulong id) => _forgotten.Contains(id);

    /// <summary>Whether a process that had a pid on the host, or a thread that had it as its tid, was known and is no longer.</summary>
    public bool IsForgotten(uint number) => _forgotten.Contains(KeyOf(number));

    /// <summary>Path of what a process executes, as far as it is known now.</summary>
    public ReadOnlyMemory<byte> ExecutableOf(int process)
    {
        var fact = process == 0 ? 0 : _processes[process].Image;
        var image = fact == 0 ? 0 : _imageFacts[fact].Image;
        return image == 0 ? default : _files.PathMemory(_images[image].File);
    }

    /// <summary>Inode of a process's mount namespace when it last forked, executed or was in a snapshot; 0 unknown.</summary>
    public uint MountNamespaceOf(int process) => process == 0 ? 0 : _processes[process].MountNamespace;

    // Bit 63 keeps pids apart from entity ids, which have 53.
    private static ulong KeyOf(uint number) => 1UL << 63 | number;
}
