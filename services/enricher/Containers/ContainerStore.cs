using System.Runtime.InteropServices;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Enrichment;

namespace TraceeMesh.Enricher.Containers;

/// <summary>
/// The containers of the node, with their past: removed ones are kept for <see cref="Retention"/> of stream time. Only
/// directories of containers are kept; every other cgroup is the host.
/// </summary>
/// <remarks>Not synchronised: whoever applies records and whoever asks share <see cref="NodeStores.Gate"/>.</remarks>
/// <param name="capacity">How many directories of containers are kept, removed ones included.</param>
public sealed class ContainerStore(int capacity = ContainerStore.DefaultCapacity)
{
    /// <summary>Directories kept unless said otherwise.</summary>
    public const int DefaultCapacity = 65536;

    /// <summary>The memory that labels of all of them may take: those of some 16000 ordinary containers.</summary>
    public const long MaxLabelBytes = 32 << 20;

    /// <summary>How long a removed container can be asked for: as long as its events can be judged.</summary>
    public static readonly TimeSpan Retention = Contracts.StreamTable.EventsMaxAge;

    // A container this young may have been made while the collector walked the hierarchies, so that the walk missed it.
    private const long SnapshotMargin = 60_000_000_000;

    private readonly Dictionary<CgroupKey, Directory> _directories = [];
    private readonly Dictionary<byte[], List<Container>> _containers = new(ByteArrayComparer.Instance);
    private readonly Queue<(long Time, CgroupKey Key, Container Container)> _removed = new();
    private readonly List<Container> _fresh = [];
    private readonly SortedSet<Container> _inOrder = new(Comparer<Container>.Create((x, y) => x.Number.CompareTo(y.Number)));
    private readonly Container _afterAll = new([], default, StorePosition.Open, 0) { Number = long.MaxValue };
    private long _numbered;
    private uint _fallback;
    private int _snapshot;
    private bool _inSnapshot;

    /// <summary>Directories of containers now kept.</summary>
    public int Count => _directories.Count;

    /// <summary>Removed directories that went before their time for lack of room.</summary>
    public long Evicted { get; private set; }

    /// <summary>Directories of containers that were not taken in because all the room is held by ones that exist.</summary>
    public long Refused { get; private set; }

    /// <summary>The room that their labels have.</summary>
    public LabelBudget Labels { get; } = new(MaxLabelBytes);

    /// <summary>Time of the last record that told of a cgroup, ns since the epoch.</summary>
    public long Now { get; private set; }

    /// <summary>Ids of containers that came or went, for who keeps answers about them.</summary>
    public ChangeLog Changes { get; } = new();

    /// <summary>Containers found since <see cref="ClearFresh"/>.</summary>
    public IReadOnlyList<Container> Fresh => _fresh;

    /// <summary>Whether all containers that existed before the programs were loaded are known.</summary>
    public bool Complete { get; private set; }

    /// <summary>From here on nothing has been forgotten.</summary>
    public StorePosition HistoryFrom { get; private set; }

    /// <summary>From this time on nothing has been forgotten, ns since the epoch.</summary>
    public long HistoryFromTime { get; private set; }

    /// <summary>The container of a cgroup; null on the host.</summary>
    public Container? Find(CgroupKey key) => _directories.TryGetValue(key, out var directory) ? directory.Container : null;

    /// <summary>The lives of the container with this id, oldest first.</summary>
    public ReadOnlySpan<Container> FindAll(ReadOnlySpan<byte> id) =>
        _containers.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(id, out var lives) ? CollectionsMarshal.AsSpan(lives) : [];

    /// <summary>The lives of containers with a higher <see cref="Container.Number"/>, lowest first.</summary>
    public IEnumerable<Container> After(long number) =>
        _inOrder.GetViewBetween(new Container([], default, StorePosition.Open, 0) { Number = number + 1 }, _afterAll);

    /// <summary>Says that the stores begin here: what was before is not known.</summary>
    public void Begin(Moment at)
    {
        HistoryFrom = at.Position;
        HistoryFromTime = at.Time;
    }

    /// <summary>Forgets which containers are <see cref="Fresh"/>.</summary>
    public void ClearFresh() => _fresh.Clear();

    /// <summary>
    /// Says which hierarchy of version 1 names the cgroups of tasks that are in cgroup2's root. Directories of others say
    /// nothing new: they are passed over from here on.
    /// </summary>
    public void SetFallback(uint hierarchy) => _fallback = hierarchy;

    /// <summary>Applies the making of a directory.</summary>
    /// <returns>The container if this is the making of it: the first directory of its own.</returns>
    public Container? Made(in CgroupBody body, ReadOnlySpan<byte> path, Moment at)
    {
        Container? made = null;
        if (Concerns(body.HierarchyId) && CgroupPath.TryParse(path, out var identity))
        {
            var ctime = body.Ctime == 0 ? at.Time : (long)body.Ctime;
            Add(new CgroupKey(body.HierarchyId, body.CgroupId), identity, ctime, at.Position, at, out made);
        }

        Purge(at.Time);
        return made;
    }

    /// <summary>Applies a directory of the snapshot: it existed before anything this load has seen.</summary>
    /// <returns>The container if it was not known by a directory of its own before.</returns>
    public Container? Existing(in CgroupBody body, ReadOnlySpan<byte> path, Moment at)
    {
        BeginSnapshot();
        if (!Concerns(body.HierarchyId) || !CgroupPath.TryParse(path, out var identity))
        {
            return null;
        }

        var key = new CgroupKey(body.HierarchyId, body.CgroupId);
        var lives = FindAll(identity.ContainerId);
        var from = lives.Length > 0 && lives[^1].To > HistoryFrom ? lives[^1].To : HistoryFrom;
        if (Add(key, identity, body.Ctime == 0 ? at.Time : (long)body.Ctime, from, at, out var found) is { } container)
        {
            container.Snapshot = _snapshot;

            // Its entry point was started before anyone looked, unless its making is in the stream.
            container.Started |= container.From <= from;
        }

        return found;
    }

    /// <summary>Applies the end of a snapshot: containers that it should have had and had not are gone.</summary>
    /// <param name="at">When.</param>
    /// <param name="gone">Takes those that are gone.</param>
    public void SnapshotEnded(Moment at, ICollection<Container>? gone = null)
    {
        BeginSnapshot();
        foreach (var (key, directory) in _directories)
        {
            var container = directory.Container;
            var seenByWalk = container.Confirmed.Position.Load < at.Position.Load || container.Confirmed.Time < at.Time - SnapshotMargin;
            if (!directory.Removed && container.Snapshot != _snapshot && seenByWalk)
            {
                if (Remove(key, directory, at))
                {
                    gone?.Add(container);
                }
            }
        }

        _inSnapshot = false;
        Complete = true;
        Purge(at.Time);
    }

    /// <summary>Applies the removal of a directory.</summary>
    /// <returns>The container if this is its end.</returns>
    public Container? Removed(in CgroupBody body, Moment at)
    {
        var key = new CgroupKey(body.HierarchyId, body.CgroupId);
        var ended = _directories.TryGetValue(key, out var directory) && !directory.Removed && Remove(key, directory, at);
        Purge(at.Time);
        return ended ? directory!.Container : null;
    }

    /// <summary>Takes in what a runtime said of a container; labels only while there is room for them.</summary>
    public void Learn(Container container, EnrichmentState state, ContainerFacts? facts)
    {
        if (facts is not null && (container.Forgotten || !Labels.TryTake(facts.Labels)))
        {
            facts.DropLabels();
        }

        container.Learn(state, facts);
    }

    /// <summary>Forgets everything: the node was booted anew.</summary>
    public void Clear(Moment at)
    {
        foreach (var lives in _containers.Values)
        {
            lives.ForEach(Forget);
        }

        _directories.Clear();
        _containers.Clear();
        _inOrder.Clear();
        Changes.AddAll();
        _removed.Clear();
        _fresh.Clear();
        _fallback = 0;
        Complete = false;
        Begin(at);
    }

    // While it is not known which of version 1 counts, all do.
    private bool Concerns(uint hierarchy) => hierarchy == 0 || _fallback == 0 || hierarchy == _fallback;

    private void BeginSnapshot()
    {
        if (!_inSnapshot)
        {
            _inSnapshot = true;
            _snapshot++;
        }
    }

    private Container? Add(CgroupKey key, in CgroupIdentity identity, long ctime, StorePosition from, Moment at, out Container? rooted)
    {
        rooted = null;
        if (_directories.TryGetValue(key, out var known) && !known.Removed)
        {
            known.Container.Confirmed = at;
            return known.Container;
        }

        if (_directories.Count >= capacity && !EvictOldest())
        {
            Refused++;
            return null;
        }

        var container = Living(identity.ContainerId);
        if (container is null)
        {
            container = new Container(identity.ContainerId.ToArray(), identity.Runtime, from, ctime);
            container.Number = ++_numbered;
            _inOrder.Add(container);
            Changes.Add(container.Id);
            Lives(container).Add(container);
            _fresh.Add(container);
        }

        container.Confirmed = at;
        container.Directories++;
        if (identity.IsRoot)
        {
            // A directory below it may have been seen first; the container is as old as its own.
            container.Ctime = container.RootSeen ? container.Ctime : ctime;
            rooted = container.RootSeen ? null : container;
            container.RootSeen = true;
            container.Roots++;
        }

        _directories[key] = new Directory(container, identity.IsRoot);
        return container;
    }

    private Container? Living(ReadOnlySpan<byte> id)
    {
        var lives = FindAll(id);
        return lives.Length > 0 && lives[^1].To == StorePosition.Open ? lives[^1] : null;
    }

    private List<Container> Lives(Container container)
    {
        var id = container.Id.Bytes.ToArray();
        if (!_containers.TryGetValue(id, out var lives))
        {
            _containers[id] = lives = [];
        }

        return lives;
    }

    private bool Remove(CgroupKey key, Directory directory, Moment at)
    {
        directory.Removed = true;
        var container = directory.Container;
        _removed.Enqueue((at.Time, key, container));

        // The container ends with the last of its own directories; one below them ends it only where none of its own was seen.
        container.Directories--;
        container.Roots -= directory.IsRoot ? 1 : 0;
        if (container.To == StorePosition.Open && (directory.IsRoot ? container.Roots == 0 : container.Directories == 0))
        {
            container.End(at);
            Changes.Add(container.Id);
            return true;
        }

        return false;
    }

    private void Purge(long now)
    {
        Now = Math.Max(Now, now);
        var limit = now - ((long)Retention.TotalNanoseconds);
        while (_removed.TryPeek(out var oldest) && oldest.Time < limit)
        {
            ForgetOldest();
        }
    }

    private bool EvictOldest()
    {
        if (_removed.Count == 0)
        {
            return false;
        }

        ForgetOldest();
        Evicted++;
        return true;
    }

    private void ForgetOldest()
    {
        var (_, key, container) = _removed.Dequeue();

        // A directory of the same key may have been made since.
        if (_directories.TryGetValue(key, out var directory) && directory.Removed && directory.Container == container)
        {
            _directories.Remove(key);
        }

        if (container.To == StorePosition.Open || !_containers.TryGetValue(container.Id.Bytes.ToArray(), out var lives) || !lives.Remove(container))
        {
            return;
        }

        Forget(container);
        _inOrder.Remove(container);
        if (lives.Count == 0)
        {
            _containers.Remove(container.Id.Bytes.ToArray());
        }

        HistoryFrom = container.To > HistoryFrom ? container.To : HistoryFrom;
        HistoryFromTime = Math.Max(container.ToTime, HistoryFromTime);
    }

    private void Forget(Container container)
    {
        container.Forgotten = true;
        Labels.Return(container.Facts.Labels);
    }

    private sealed class Directory(Container container, bool isRoot)
    {
        public Container Container { get; } = container;

        public bool IsRoot { get; } = isRoot;

        public bool Removed { get; set; }
    }
}
