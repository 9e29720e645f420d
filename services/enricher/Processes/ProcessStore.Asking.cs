using TraceeMesh.Enricher.Processes.Storage;

namespace TraceeMesh.Enricher.Processes;

/// <content>What was so when.</content>
public sealed partial class ProcessStore
{
    // Records of different CPUs come out of order by what a program can be held up between reading the clock and writing.
    private const long Lateness = 100_000_000;

    // Processes looked at for one page of a list.
    private const int ListScan = 16384;

    /// <summary>The process that had a pid on the host, or else the last one that had it before; 0 where none is kept.</summary>
    public int FindByPid(uint pid, in Viewpoint at)
    {
        var process = _pids.Latest(pid);
        while (process != 0 && !HasBegun(process, at))
        {
            process = _pids.Before(process);
        }

        return process;
    }

    /// <summary>The thread that had a tid on the host, or else the last one that had it before; 0 where none is kept.</summary>
    public int FindByTid(uint tid, in Viewpoint at)
    {
        var thread = _tids.Latest(tid);
        while (thread != 0 && !HasThreadBegun(thread, at))
        {
            thread = _tids.Before(thread);
        }

        return thread;
    }

    /// <summary>What a process was.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="at">As of when.</param>
    /// <param name="validity">Takes account of every fact used.</param>
    public ProcessView StateOf(int process, in Viewpoint at, ref Validity validity)
    {
        ref var entry = ref _processes[process];
        var image = ImageLog.Find(entry.Image, at, ref validity);
        var status = image != 0 ? EntityStatus.Known : StatusWithout(entry.Image, _imageFacts, entry.StartTime, at, ref validity);
        if (status == EntityStatus.NotBegun)
        {
            return new ProcessView { Process = process, Status = status, Time = at.Time, Id = entry.EntityId, Start = entry.StartTime };
        }

        var parent = ParentLog.Find(entry.Parent, at, ref validity);
        if (status == EntityStatus.BeforeHistory && at.OrOldest)
        {
            status = EntityStatus.Known;
            image = ImageLog.Oldest(entry.Image);
            parent = parent == 0 ? ParentLog.Oldest(entry.Parent) : parent;
        }

        var ended = HasEnded(entry.Exit, at, ref validity);
        return new ProcessView
        {
            Process = process,
            Status = status,
            Time = at.Time,
            Id = entry.EntityId,
            Start = entry.StartTime,
            Exit = ended ? entry.Exit.Time : 0,
            IsAlive = !ended,
            Pid = entry.Pid,
            NsPid = entry.NsPid,
            Parent = parent == 0 ? 0 : _parentFacts[parent].Parent,
            ParentId = parent == 0 ? 0 : _parentFacts[parent].ParentId,
            ParentPid = parent == 0 ? 0 : _parentFacts[parent].ParentPid,
            Image = image == 0 ? 0 : _imageFacts[image].Image,
            ExecTime = image == 0 ? 0 : _imageFacts[image].ExecTime,
            Container = image == 0 ? 0 : _imageFacts[image].Container,
        };
    }

    /// <summary>What a thread was.</summary>
    /// <param name="thread">Its number.</param>
    /// <param name="at">As of when.</param>
    /// <param name="validity">Takes account of every fact used.</param>
    public ThreadView StateOfThread(int thread, in Viewpoint at, ref Validity validity)
    {
        ref var entry = ref _threads[thread];
        ref var process = ref _processes[entry.Process];
        var found = IdentityLog.Find(entry.Identity, at, ref validity);
        var status = found != 0 ? EntityStatus.Known : StatusWithout(entry.Identity, _identityFacts, entry.StartTime, at, ref validity);
        if (status == EntityStatus.NotBegun)
        {
            return new ThreadView { Status = status, Id = entry.EntityId, ProcessId = process.EntityId, Start = entry.StartTime };
        }

        // The end of the process is that of a thread whose own was not seen.
        var exit = HasEnded(entry.Exit, at, ref validity) ? entry.Exit : process.Exit;
        var ended = HasEnded(exit, at, ref validity);
        var identity = found == 0 ? default : _identityFacts[found];
        return new ThreadView
        {
            Status = status,
            Id = entry.EntityId,
            ProcessId = process.EntityId,
            Start = entry.StartTime,
            Exit = ended ? exit.Time : 0,
            IsAlive = !ended,
            Tid = entry.Tid,
            NsTid = entry.NsTid,
            Pid = process.Pid,
            Uid = identity.Uid,
            Gid = identity.Gid,
            Name = identity.Name,
        };
    }

    /// <summary>
    /// A process, then its ancestors, each as it was when its child began. Ends with the first process of a pid namespace, and
    /// where the parent is not known.
    /// </summary>
    /// <param name="process">Its number.</param>
    /// <param name="at">As of when.</param>
    /// <param name="states">Takes them: one more than ancestors are wanted.</param>
    /// <param name="validity">Takes account of every fact used.</param>
    /// <returns>How many there are.</returns>
    public int Lineage(int process, in Viewpoint at, Span<ProcessView> states, ref Validity validity)
    {
        var count = 0;
        var seen = at;
        while (process != 0 && count < states.Length)
        {
            ref var state = ref states[count++];
            state = StateOf(process, seen, ref validity);
            if (state.NsPid == 1)
            {
                break;
            }

            seen = at.OfParent(state.Start);
            process = state.Parent;
        }

        return count;
    }

    /// <summary>Adds the children a process had that lived.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="at">As of when.</param>
    /// <param name="links">Takes them.</param>
    /// <param name="validity">Takes account of every fact used.</param>
    /// <returns>Whether these are all: at most <see cref="ProcessLimits.Listed"/> are added.</returns>
    public bool ChildrenOf(int process, in Viewpoint at, ICollection<TreeLink> links, ref Validity validity)
    {
        ref var entry = ref _processes[process];
        for (var number = entry.Children.First; number != 0; number = Children.Next(number))
        {
            if (AddChild(number, at, links, ref validity) && links.Count == ProcessLimits.Listed)
            {
                return false;
            }
        }

        var enough = long.MinValue;
        for (var number = entry.FormerChildren.First; number != 0; number = Children.Next(number))
        {
            ref var fact = ref _parentFacts[number];
            if (!at.Sees(fact.Until))
            {
                validity.Passes(fact.Until, at);
                if (AddChild(number, at, links, ref validity) && links.Count == ProcessLimits.Listed)
                {
                    return false;
                }
            }
            else if (IsEnough(fact.Until, ref enough, ref validity))
            {
                break;
            }
        }

        return true;
    }

    /// <summary>Adds the threads a process had that lived.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="at">As of when.</param>
    /// <param name="links">Takes them.</param>
    /// <param name="validity">Takes account of every fact used.</param>
    /// <returns>Whether these are all: at most <see cref="ProcessLimits.Listed"/> are added.</returns>
    public bool ThreadsOf(int process, in Viewpoint at, ICollection<TreeLink> links, ref Validity validity)
    {
        ref var entry = ref _processes[process];
        if (HasEnded(entry.Exit, at, ref validity))
        {
            return true;
        }

        for (var thread = entry.Threads.First; thread != 0; thread = Siblings.Next(thread))
        {
            if (AddThread(thread, at, links, ref validity) && links.Count == ProcessLimits.Listed)
            {
                return false;
            }
        }

        var enough = long.MinValue;
        for (var thread = entry.EndedThreads.First; thread != 0; thread = Siblings.Next(thread))
        {
            var exit = _threads[thread].Exit;
            if (!at.Sees(exit))
            {
                validity.Passes(exit, at);
                if (AddThread(thread, at, links, ref validity) && links.Count == ProcessLimits.Listed)
                {
                    return false;
                }
            }
            else if (IsEnough(exit, ref enough, ref validity))
            {
                break;
            }
        }

        return true;
    }

    /// <summary>The next process by pid that lived, within a bounded search.</summary>
    /// <param name="after">Pid of the one before; where the search ended when it returns.</param>
    /// <param name="at">As of when.</param>
    /// <param name="process">Its number; 0 where the search was given up.</param>
    /// <returns>False where there is no further pid.</returns>
    public bool TryNextLiving(ref uint after, in Viewpoint at, out int process)
    {
        for (var looked = 0; looked < ListScan; looked++)
        {
            if (!_pids.TryNext(ref after))
            {
                process = 0;
                return false;
            }

            process = FindByPid(after, at);
            if (process != 0 && !at.Sees(_processes[process].Exit))
            {
                return true;
            }
        }

        process = 0;
        return true;
    }

    /// <summary>Path of a process's executable.</summary>
    public ReadOnlySpan<byte> Path(in ProcessView state) => _files.Path(FileOf(state).File);

    /// <summary>What identifies it.</summary>
    public FileFacts File(in ProcessView state) => FactsOf(FileOf(state).File);

    /// <summary>Path of its dynamic loader.</summary>
    public ReadOnlySpan<byte> Interpreter(in ProcessView state) => _files.Path(FileOf(state).Interpreter);

    /// <summary>What identifies that.</summary>
    public FileFacts InterpreterFile(in ProcessView state) => FactsOf(FileOf(state).Interpreter);

    /// <summary>The file that is interpreted in the end.</summary>
    public ReadOnlySpan<byte> Interp(in ProcessView state) => _files.Path(FileOf(state).Interp);

    /// <summary>Its arguments, each ended by a NUL but the last where they were cut.</summary>
    public ReadOnlySpan<byte> Command(in ProcessView state) => _texts[FileOf(state).Command, FileOf(state).CommandLength];

    /// <summary>Id of its container; empty on the host.</summary>
    public ReadOnlySpan<byte> Container(in ProcessView state) => _files.Path(state.Container);

    private static EntityStatus StatusWithout<T>(int newest, Slab<T> facts, long start, in Viewpoint at, ref Validity validity)
        where T : unmanaged, IFact
    {
        if (at.Time < start)
        {
            // It begins at a time, which no later position is known to come before.
            validity.Passes(new FactStamp(start, default), at);
            return EntityStatus.NotBegun;
        }

        if (newest == 0)
        {
            // Known by name only, as somebody's parent.
            return EntityStatus.Known;
        }

        return facts[new FactLog<T>(facts).Oldest(newest)].IsBirth ? EntityStatus.NotBegun : EntityStatus.BeforeHistory;
    }

    private static bool HasEnded(in FactStamp exit, in Viewpoint at, ref Validity validity)
    {
        if (at.Sees(exit))
        {
            validity.Uses(exit.Position);
            return true;
        }

        validity.Passes(exit, at);
        return false;
    }

    // They stand by their end, latest first; one out of order came late by less than the lateness.
    private static bool IsEnough(in FactStamp end, ref long enough, ref Validity validity)
    {
        validity.Uses(end.Position);
        enough = Math.Max(enough, end.Time - Lateness);
        return end.Time < enough;
    }

    private bool HasBegun(int process, in Viewpoint at)
    {
        var unused = new Validity(at.Position);
        ref var entry = ref _processes[process];
        return at.Time >= entry.StartTime
            && (ImageLog.Find(entry.Image, at, ref unused) != 0 || StatusWithout(entry.Image, _imageFacts, entry.StartTime, at, ref unused) != EntityStatus.NotBegun);
    }

    private bool HasThreadBegun(int thread, in Viewpoint at)
    {
        var unused = new Validity(at.Position);
        ref var entry = ref _threads[thread];
        return at.Time >= entry.StartTime
            && (IdentityLog.Find(entry.Identity, at, ref unused) != 0 || StatusWithout(entry.Identity, _identityFacts, entry.StartTime, at, ref unused) != EntityStatus.NotBegun);
    }

    private bool AddChild(int number, in Viewpoint at, ICollection<TreeLink> links, ref Validity validity)
    {
        ref var fact = ref _parentFacts[number];
        if (!at.Sees(fact.At))
        {
            validity.Passes(fact.At, at);
            return false;
        }

        validity.Uses(fact.At.Position);
        links.Add(new TreeLink(_processes[fact.Child].Pid, _processes[fact.Child].EntityId));
        return true;
    }

    private bool AddThread(int thread, in Viewpoint at, ICollection<TreeLink> links, ref Validity validity)
    {
        ref var entry = ref _threads[thread];
        if (IdentityLog.Find(entry.Identity, at, ref validity) == 0
            && StatusWithout(entry.Identity, _identityFacts, entry.StartTime, at, ref validity) == EntityStatus.NotBegun)
        {
            return false;
        }

        links.Add(new TreeLink(entry.Tid, entry.EntityId));
        return true;
    }

    private Image FileOf(in ProcessView state) => state.Image == 0 ? default : _images[state.Image];

    private FileFacts FactsOf(int file) => file == 0 ? default : _files.Facts(file);
}
