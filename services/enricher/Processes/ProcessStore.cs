using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Processes;

/// <summary>The processes of the node by entity id: executable, name and session root.</summary>
/// <remarks>Not synchronised: whoever applies records and whoever asks share <see cref="NodeStores.Gate"/>.</remarks>
/// <param name="capacity">How many processes are kept; dead ones go first, in the order of their death.</param>
public sealed class ProcessStore(int capacity = ProcessStore.DefaultCapacity)
{
    /// <summary>Processes kept unless said otherwise.</summary>
    public const int DefaultCapacity = 65536;

    // A chain of parents in a record of a snapshot can be as wrong as its sender likes.
    private const int MaxDepth = 1024;

    private readonly Dictionary<ulong, Process> _processes = [];
    private readonly LinkedList<Process> _living = new();
    private readonly LinkedList<Process> _dead = new();
    private readonly PathCache _paths = new();

    /// <summary>Processes now kept.</summary>
    public int Count => _processes.Count;

    /// <summary>Dead processes that made room for others.</summary>
    public long EvictedDead { get; private set; }

    /// <summary>Living processes that made room for others: their events carry no executable.</summary>
    public long EvictedLiving { get; private set; }

    /// <summary>Mount namespace of pid 1; 0 unknown.</summary>
    public uint HostMountNamespace { get; private set; }

    /// <summary>The process with this entity id, or null.</summary>
    public Process? Find(ulong id) => _processes.GetValueOrDefault(id);

    /// <summary>
    /// Entity id of the process's session root: the ancestor that was a child of pid 1 or of a runtime's shim when it was
    /// forked. Inherited at fork, never changed by reparenting; 0 when unknown.
    /// </summary>
    public ulong SessionRootOf(Process process)
    {
        var at = process;
        for (var depth = 0; depth < MaxDepth && at.SessionRoot == 0; depth++)
        {
            var parent = Find(at.ParentId);
            if (at.HostParentPid <= 1 || parent is { IsShim: true })
            {
                at.SessionRoot = at.Id;
            }
            else if (parent is null)
            {
                return 0;
            }
            else
            {
                at = parent;
            }
        }

        // Not kept for those between: what is unknown now may be known after the snapshot.
        process.SessionRoot = at.SessionRoot;
        return process.SessionRoot;
    }

    /// <summary>Applies a fork; a new thread changes nothing.</summary>
    public void Forked(in RecordHead head, in ForkBody body, ulong seed)
    {
        if (body.Child.Tid != body.Child.Pid)
        {
            return;
        }

        var id = EntityIds.Of(seed, body.Leader.Pid, body.Leader.StartTime);
        if (id == 0)
        {
            return;
        }

        var child = Add(id);
        var parent = Find(EntityIds.Of(seed, body.ParentProcess.Pid, body.ParentProcess.StartTime));
        child.ParentId = EntityIds.Of(seed, body.ParentProcess.Pid, body.ParentProcess.StartTime);
        child.HostPid = body.Leader.Pid;
        child.HostParentPid = body.ParentProcess.Pid;
        child.MountNamespace = head.MountNamespace;
        child.Comm = head.Comm;
        if (parent is not null)
        {
            // The record is the parent's: it may have left its namespace since.
            parent.MountNamespace = head.MountNamespace;
            child.Executable = parent.Executable;
            child.SessionRoot = body.ParentProcess.Pid == 1 || parent.IsShim ? id : SessionRootOf(parent);
        }
    }

    /// <summary>Applies an exec.</summary>
    public Process? Executed(in RecordHead head, ReadOnlySpan<byte> path, ulong seed)
    {
        var process = FindOrAdd(head, seed);
        if (process is not null)
        {
            SetExecutable(process, path);
        }

        return process;
    }

    /// <summary>Applies a process of the snapshot.</summary>
    public void Existing(in RecordHead head, ReadOnlySpan<byte> path, ulong seed)
    {
        // One record per process: that of its first thread.
        if (head.HostTid == head.HostPid && FindOrAdd(head, seed) is { } process)
        {
            SetExecutable(process, path);
        }
    }

    /// <summary>Applies the end of a thread; the last one ends the process.</summary>
    public void Exited(in RecordHead head, in ExitBody body, ulong seed)
    {
        if (body.ProcessGroupExit != 0 && Find(EntityIds.Of(seed, head.HostPid, head.LeaderStartTime)) is { Dead: false } process)
        {
            process.Dead = true;
            _living.Remove(process.Node);
            _dead.AddLast(process.Node);
        }
    }

    /// <summary>Forgets everything: the node was booted anew.</summary>
    public void Clear()
    {
        _processes.Clear();
        _living.Clear();
        _dead.Clear();
    }

    private Process? FindOrAdd(in RecordHead head, ulong seed)
    {
        var id = EntityIds.Of(seed, head.HostPid, head.LeaderStartTime);
        if (id == 0)
        {
            return null;
        }

        if (Find(id) is not { } process)
        {
            process = Add(id);
            process.HostPid = head.HostPid;
            process.HostParentPid = head.HostPpid;
            process.ParentId = EntityIds.Of(seed, head.HostPpid, head.ParentStartTime);
        }

        process.MountNamespace = head.MountNamespace;
        process.Comm = head.Comm;
        HostMountNamespace = head.HostPid == 1 ? head.MountNamespace : HostMountNamespace;
        return process;
    }

    private void SetExecutable(Process process, ReadOnlySpan<byte> path)
    {
        process.Executable = _paths.Intern(path);
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        process.IsShim = name.StartsWith("containerd-shim"u8) || name.SequenceEqual("conmon"u8);
    }

    private Process Add(ulong id)
    {
        if (_processes.TryGetValue(id, out var known))
        {
            return known;
        }

        var process = _processes.Count < capacity ? new Process() : Evict();
        process.Id = id;
        process.Node ??= new LinkedListNode<Process>(process);
        _processes[id] = process;
        _living.AddLast(process.Node);
        return process;
    }

    private Process Evict()
    {
        var queue = _dead.Count > 0 ? _dead : _living;
        EvictedDead += _dead.Count > 0 ? 1 : 0;
        EvictedLiving += _dead.Count > 0 ? 0 : 1;
        var process = queue.First!.Value;
        queue.RemoveFirst();
        _processes.Remove(process.Id);

        // The object and its node are used again: a full store allocates nothing.
        process.SessionRoot = 0;
        process.Executable = default;
        process.IsShim = false;
        process.Dead = false;
        return process;
    }
}
