using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes.Storage;

namespace TraceeMesh.Enricher.Processes;

/// <content>What records say.</content>
public sealed partial class ProcessStore
{
    /// <summary>
    /// Says that a load begins: what ended between the last one and this one is known with its snapshot. Another boot of the
    /// node forgets everything.
    /// </summary>
    /// <param name="seed">What the entity ids of the boot have in common.</param>
    /// <param name="at">The first record of the load.</param>
    public void BeginLoad(ulong seed, in FactStamp at)
    {
        if (_seed != seed)
        {
            Clear();
            _seed = seed;
        }

        _began = at;
        _inSnapshot = false;
        IsComplete = false;
    }

    /// <summary>Applies a fork: a new process, or a new thread.</summary>
    /// <param name="head">Of the record: of the task that forked.</param>
    /// <param name="body">Its body.</param>
    /// <param name="position">Its position.</param>
    /// <param name="container">Id of the container of the task that forked; empty on the host.</param>
    public void Forked(in RecordHead head, in ForkBody body, FactPosition position, ReadOnlySpan<byte> container)
    {
        Prepare((long)head.Time);
        var parent = Ensure(body.ParentProcess.Pid, body.ParentProcess.StartTime, body.ParentProcess.NsPid, position);
        if (parent != 0 && head.HostPid == body.ParentProcess.Pid)
        {
            // The record is the parent's: it may have left its namespace since.
            _processes[parent].MountNamespace = head.MountNamespace;
        }

        var process = Ensure(body.Leader.Pid, body.Leader.StartTime, body.Leader.NsPid, position);
        var thread = EnsureThread(process, body.Child.Tid, body.Child.StartTime, body.Child.NsTid, position);
        if (thread == 0)
        {
            return;
        }

        var born = new FactStamp((long)body.Child.StartTime, position);
        SetIdentity(thread, new IdentityFact { At = born, Name = head.Comm, Uid = head.Uid, Gid = head.Gid, Birth = true });
        if (body.Child.Tid == body.Child.Pid)
        {
            Born(process, parent, born, head, body.ParentProcess.Pid, container);
        }
    }

    /// <summary>Applies an exec.</summary>
    /// <param name="head">Of the record.</param>
    /// <param name="oldTid">The tid that the thread had before it took over that of its process's first one; else its tid.</param>
    /// <param name="program">What is executed.</param>
    /// <param name="position">Its position.</param>
    /// <param name="container">Id of its container; empty on the host.</param>
    public void Executed(in RecordHead head, uint oldTid, in ProgramFacts program, FactPosition position, ReadOnlySpan<byte> container)
    {
        var at = new FactStamp((long)head.Time, position);
        var process = Observe(head, at, out var thread);
        if (process == 0)
        {
            return;
        }

        if (thread != 0)
        {
            // All threads but the one that executed are gone, and that one goes on as the first.
            if (oldTid != head.HostTid)
            {
                ReviveFirstThread(thread);
            }

            EndOtherThreads(process, thread, at);
            SetIdentity(thread, IdentityOf(head, at));
        }

        SetImage(process, new ImageFact { At = at, ExecTime = at.Time, Image = NewImage(program), Container = _files.Hold(container, default) });
    }

    /// <summary>Applies the end of a thread; the last one ends the process.</summary>
    /// <param name="head">Of the record.</param>
    /// <param name="body">Its body.</param>
    /// <param name="position">Its position.</param>
    /// <param name="container">Id of its container; empty on the host.</param>
    public void Exited(in RecordHead head, in ExitBody body, FactPosition position, ReadOnlySpan<byte> container)
    {
        var at = new FactStamp((long)head.Time, position);
        var process = Observe(head, at, out var thread);
        if (process == 0)
        {
            return;
        }

        if (thread != 0)
        {
            SetIdentity(thread, IdentityOf(head, FirstSeen(_threads[thread].Identity, head.StartTime, at)));
            EndThread(thread, at);
        }

        SetContainer(process, head, at, container);
        if (body.ProcessGroupExit == 0)
        {
            return;
        }

        End(process, at, inferred: false);
        var reaper = Ensure(body.ReaperPid, body.ReaperStartTime, 0, position);
        if (reaper == 0)
        {
            return;
        }

        _processes[process].ReaperId = _processes[reaper].EntityId;
        for (var fact = _processes[process].Children.First; fact != 0;)
        {
            var next = Children.Next(fact);
            Reparent(_parentFacts[fact].Child, reaper, at);
            fact = next;
        }

        // Those whose later records came first are former children already, but were children until now.
        for (var fact = _processes[process].FormerChildren.First; fact != 0 && at.IsBefore(_parentFacts[fact].Until);)
        {
            var next = Children.Next(fact);
            Reparent(_parentFacts[fact].Child, reaper, at);
            fact = next;
        }
    }

    /// <summary>Applies a process of the snapshot, told by its first thread that lives.</summary>
    /// <param name="head">Of the record.</param>
    /// <param name="program">What it executes.</param>
    /// <param name="position">Its position.</param>
    /// <param name="container">Id of its container; empty on the host.</param>
    public void Existing(in RecordHead head, in ProgramFacts program, FactPosition position, ReadOnlySpan<byte> container)
    {
        BeginSnapshot(head, position);
        _snapshotShown++;
        var at = new FactStamp((long)head.Time, position);
        var process = Observe(head, at, out var thread);
        if (process == 0)
        {
            return;
        }

        _processes[process].Snapshot = _snapshot;
        HostMountNamespace = head.HostPid == 1 ? head.MountNamespace : HostMountNamespace;
        ShowThread(thread, head, at);
        var newest = _processes[process].Image;
        if (newest == 0 || !IsProgram(_imageFacts[newest].Image, program))
        {
            var since = FirstSeen(newest, head.LeaderStartTime, at);
            SetImage(process, new ImageFact { At = since, Image = NewImage(program), Container = _files.Hold(container, default) });
        }
        else
        {
            SetContainer(process, head, at, container);
        }
    }

    /// <summary>Applies a thread of the snapshot that is not its process's first.</summary>
    /// <param name="head">Of the record.</param>
    /// <param name="position">Its position.</param>
    public void ExistingThread(in RecordHead head, FactPosition position)
    {
        BeginSnapshot(head, position);
        _snapshotShown++;
        var at = new FactStamp((long)head.Time, position);
        _ = Observe(head, at, out var thread);
        ShowThread(thread, head, at);
    }

    /// <summary>Applies the end of a snapshot: who lived when it began and was not in it has ended unseen.</summary>
    /// <param name="head">Of the record.</param>
    /// <param name="shown">How many records the snapshot has; when some are missing, nobody is taken for dead.</param>
    /// <param name="position">Its position.</param>
    public void SnapshotEnded(in RecordHead head, uint shown, FactPosition position)
    {
        BeginSnapshot(head, position);
        Prepare((long)head.Time);

        // A collector in a pid namespace of its own sees nobody else.
        if (shown == _snapshotShown && head.HostTid == head.NsTid)
        {
            EndUnseen(new FactStamp((long)head.Time, position));
        }

        _inSnapshot = false;
        if (!IsComplete)
        {
            IsComplete = true;
            HistoryFrom = position > HistoryFrom ? position : HistoryFrom;
            HistoryFromTime = Math.Max(HistoryFromTime, (long)head.Time);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Changes.AddAll();
        _processes.Clear();
        _threads.Clear();
        _imageFacts.Clear();
        _identityFacts.Clear();
        _parentFacts.Clear();
        _images.Clear();
        _texts.Clear();
        _files.Clear();
        _processIds.Clear();
        _threadIds.Clear();
        _pids.Clear();
        _tids.Clear();
        _aliases.Clear();
        _forgotten.Clear();
        (_living, _childless, _parents, _endedThreads) = (default, default, default, default);
        (_now, _began, HostMountNamespace, IsComplete, _inSnapshot) = (0, default, 0, false, false);
        (HistoryFrom, HistoryFromTime) = (default, 0);
    }

    private void Born(int process, int parent, in FactStamp born, in RecordHead head, uint parentPid, ReadOnlySpan<byte> container)
    {
        ref var entry = ref _processes[process];
        entry.MountNamespace = entry.MountNamespace == 0 ? head.MountNamespace : entry.MountNamespace;
        entry.BirthParentPid = parentPid;
        entry.IsParentTold = true;
        var image = 0;
        if (parent != 0)
        {
            ref var forker = ref _processes[parent];
            entry.BirthParentId = forker.EntityId;
            entry.SessionRoot = parentPid == 1 || forker.IsShim ? entry.EntityId : SessionRootOf(parent);
            var inherited = ImageLog.FindAt(forker.Image, born.Time);
            image = inherited == 0 ? 0 : _imageFacts[inherited].Image;
        }

        SetParent(process, parent, parentPid, born);
        var shim = entry.IsShim;
        SetImage(process, new ImageFact { At = born, Image = HoldImage(image), Container = _files.Hold(container, default), Birth = true });

        // What runs in a child of a shim is the shim still, until it executes; its children are no sessions of their own.
        entry.IsShim = shim;
    }

    // The record of a reaper's own end can have come first.
    private void Reparent(int child, int reaper, FactStamp at)
    {
        for (var i = 0; i < MaxDepth && reaper != 0; i++)
        {
            ref var entry = ref _processes[reaper];
            SetParent(child, reaper, entry.Pid, at);
            if (entry.Lives)
            {
                return;
            }

            at = at.IsBefore(entry.Exit) ? entry.Exit : at;
            reaper = Find(entry.ReaperId);
        }
    }

    /// <summary>What the head of a record says of the process and the thread it is about.</summary>
    private int Observe(in RecordHead head, in FactStamp at, out int thread)
    {
        Prepare(at.Time);
        thread = 0;
        var process = Ensure(head.HostPid, head.LeaderStartTime, head.NsPid, at.Position);
        if (process == 0)
        {
            return 0;
        }

        thread = EnsureThread(process, head.HostTid, head.StartTime, head.NsTid, at.Position);
        var parent = Ensure(head.HostPpid, head.ParentStartTime, 0, at.Position);
        Reopen(process, at);
        ref var entry = ref _processes[process];
        entry.MountNamespace = head.MountNamespace;
        if (!entry.IsParentTold)
        {
            entry.IsParentTold = true;
            entry.BirthParentPid = head.HostPpid;
            entry.BirthParentId = parent == 0 ? 0 : _processes[parent].EntityId;
        }

        SetParent(process, parent, head.HostPpid, FirstSeen(entry.Parent, head.LeaderStartTime, at));
        return process;
    }

    /// <summary>Since when something is so that nothing was known of before: since the load began, or the start if that was later.</summary>
    private FactStamp FirstSeen(int log, ulong start, in FactStamp at)
    {
        if (log != 0)
        {
            return at;
        }

        return (long)start <= _began.Time ? _began : new FactStamp((long)start, at.Position);
    }

    private static IdentityFact IdentityOf(in RecordHead head, in FactStamp at) =>
        new() { At = at, Name = head.Comm, Uid = head.Uid, Gid = head.Gid };

    private int NewImage(in ProgramFacts program)
    {
        var number = _images.Take();
        if (number == 0)
        {
            FactsDropped++;
            return 0;
        }

        var arguments = program.Arguments[..Math.Min(program.Arguments.Length, ProcessLimits.CommandBytes)];
        var command = _texts.Add(arguments);
        var name = program.Path[(program.Path.LastIndexOf((byte)'/') + 1)..];
        _images[number] = new Image
        {
            File = _files.Hold(program.Path, program.File),
            Interpreter = _files.Hold(program.Interpreter, program.InterpreterFile),
            Interp = _files.Hold(program.Interp, default),
            Command = command,
            CommandLength = command == 0 ? (ushort)0 : (ushort)arguments.Length,
            Holders = 1,
            IsShim = name.StartsWith("containerd-shim"u8) || name.SequenceEqual("conmon"u8),
        };
        return number;
    }

    private bool IsProgram(int image, in ProgramFacts program) =>
        image != 0 && _files.Path(_images[image].File).SequenceEqual(program.Path)
        && (_images[image].File == 0 || _files.Facts(_images[image].File).Inode == program.File.Inode);

    private void SetContainer(int process, in RecordHead head, in FactStamp at, ReadOnlySpan<byte> container)
    {
        var newest = _processes[process].Image;
        if (newest != 0 && _files.Path(_imageFacts[newest].Container).SequenceEqual(container))
        {
            return;
        }

        var fact = new ImageFact { At = FirstSeen(newest, head.LeaderStartTime, at), Container = _files.Hold(container, default) };
        if (newest != 0)
        {
            fact.Image = HoldImage(_imageFacts[newest].Image);
            fact.ExecTime = _imageFacts[newest].ExecTime;
        }

        SetImage(process, fact);
    }

    private void EndOtherThreads(int process, int survivor, in FactStamp at)
    {
        for (var thread = _processes[process].Threads.First; thread != 0;)
        {
            var next = Siblings.Next(thread);
            if (thread != survivor)
            {
                EndThread(thread, at);
            }

            thread = next;
        }
    }

    private void BeginSnapshot(in RecordHead head, FactPosition position)
    {
        if (!_inSnapshot)
        {
            _inSnapshot = true;
            _snapshot++;
            _snapshotShown = 0;
            _snapshotBegan = new FactStamp((long)head.Time, position);
        }
    }

    private void ShowThread(int thread, in RecordHead head, in FactStamp at)
    {
        if (thread != 0)
        {
            _threads[thread].Snapshot = _snapshot;
            SetIdentity(thread, IdentityOf(head, FirstSeen(_threads[thread].Identity, head.StartTime, at)));
        }
    }

    private void EndUnseen(in FactStamp at)
    {
        for (var process = _living.First; process != 0;)
        {
            ref var entry = ref _processes[process];
            var next = Queues.Next(process);
            if (entry.Snapshot == _snapshot)
            {
                EndUnseenThreads(entry.Threads, at);
            }
            else if (entry.StartTime < _snapshotBegan.Time)
            {
                End(process, at, inferred: true);
            }

            process = next;
        }
    }

    private void EndUnseenThreads(Chain threads, in FactStamp at)
    {
        for (var thread = threads.First; thread != 0;)
        {
            var next = Siblings.Next(thread);
            if (_threads[thread].Snapshot != _snapshot && _threads[thread].StartTime < _snapshotBegan.Time)
            {
                EndThread(thread, at);
            }

            thread = next;
        }
    }
}
