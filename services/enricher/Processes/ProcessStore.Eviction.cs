using TraceeMesh.Enricher.Processes.Storage;

namespace TraceeMesh.Enricher.Processes;

/// <content>What goes, and when: the dead after their time; for lack of room the dead without children, then the dead, then the living without children.</content>
public sealed partial class ProcessStore
{
    // What one record can need at most, but for the children of a process that ends.
    private const int RoomPerRecord = 8;

    // A record makes at most this many: more than it adds, so that what is due is forgotten before long, and no record waits for much.
    private const int AgedPerRecord = 4;

    // How many living processes are looked at for one without children.
    private const int LivingLookedAt = 16;

    private Chain _living;
    private Chain _childless;
    private Chain _parents;
    private Chain _endedThreads;

    /// <summary>Forgets what is due, and sees to it that there is room for one record.</summary>
    private void Prepare(long time)
    {
        _now = Math.Max(_now, time);
        for (var i = 0; i < AgedPerRecord && ForgetAged(); i++)
        {
        }

        while (_threads.Room < RoomPerRecord && EvictThread())
        {
        }

        while ((_processes.Room < RoomPerRecord || _threads.Room < RoomPerRecord || _texts.Room < RoomPerRecord * TextSlab.MaxLength
            || _imageFacts.Room < RoomPerRecord || _identityFacts.Room < RoomPerRecord || _parentFacts.Room < RoomPerRecord
            || _images.Room < RoomPerRecord || _files.Room < RoomPerRecord) && Evict())
        {
        }
    }

    private bool ForgetAged()
    {
        var forgotten = false;
        if (_childless.First is var childless && childless != 0 && _processes[childless].Exit.Time <= Horizon)
        {
            Forget(childless);
            forgotten = true;
        }

        if (_parents.First is var parent && parent != 0 && _processes[parent].Exit.Time <= Horizon)
        {
            if (_processes[parent].Children.IsEmpty)
            {
                Forget(parent);
                forgotten = true;
            }
            else
            {
                // Nobody said whose its children are now: they keep it.
                Queues.Remove(ref _parents, parent);
                Queues.AddLast(ref _parents, parent);
            }
        }

        if (_endedThreads.First is var thread && thread != 0 && _threads[thread].Exit.Time <= Horizon)
        {
            ForgetThread(thread);
            forgotten = true;
        }

        return forgotten;
    }

    private bool EvictThread()
    {
        if (_endedThreads.IsEmpty)
        {
            return false;
        }

        ForgetThread(_endedThreads.First);
        EvictedThreads++;
        return true;
    }

    private bool Evict()
    {
        var dead = _childless.First != 0 ? _childless.First : _parents.First;
        if (dead != 0)
        {
            Forget(dead);
            EvictedDead++;
            return true;
        }

        for (var i = 0; i < LivingLookedAt && _living.First != _living.Last && !_processes[_living.First].Children.IsEmpty; i++)
        {
            var busy = _living.First;
            Queues.Remove(ref _living, busy);
            Queues.AddLast(ref _living, busy);
        }

        if (_living.IsEmpty)
        {
            return false;
        }

        Forget(_living.First);
        EvictedLiving++;
        return true;
    }

    private void Forget(int process)
    {
        ref var entry = ref _processes[process];
        if (entry.Lives)
        {
            // Nothing more is known of it, so nobody will say that it ends.
            TellEnd(process, Ever);
        }

        Queues.Remove(ref QueueOf(entry.Waits), process);
        ForgetThreads(ref entry.Threads);
        ForgetThreads(ref entry.EndedThreads);
        Orphan(entry.Children);
        Orphan(entry.FormerChildren);
        FreeImages(entry.Image);
        FreeParents(entry.Parent);
        _processIds.Remove(process);
        _pids.Remove(process);
        _forgotten.Add(entry.EntityId);
        _forgotten.Add(KeyOf(entry.Pid));
        _aliases.Remove((entry.Pid, entry.StartTime));
        if (!entry.Lives)
        {
            HistoryFrom = entry.Exit.Position > HistoryFrom ? entry.Exit.Position : HistoryFrom;
            HistoryFromTime = Math.Max(HistoryFromTime, entry.Exit.Time);
        }

        _processes.Free(process);
    }

    private void ForgetThreads(ref Chain threads)
    {
        while (threads.First != 0)
        {
            ForgetThread(threads.First);
        }
    }

    private void ForgetThread(int thread)
    {
        ref var entry = ref _threads[thread];
        ref var process = ref _processes[entry.Process];
        if (!entry.Lives && entry.Tid != process.Pid)
        {
            ThreadQueue.Remove(ref _endedThreads, thread);
        }

        Siblings.Remove(ref (entry.Lives ? ref process.Threads : ref process.EndedThreads), thread);
        FreeIdentities(entry.Identity);
        _threadIds.Remove(thread);
        _tids.Remove(thread);
        _forgotten.Add(entry.EntityId);
        _forgotten.Add(KeyOf(entry.Tid));
        _aliases.Remove((entry.Tid, entry.StartTime));
        _threads.Free(thread);
    }

    // Its children know its id and pid still.
    private void Orphan(Chain children)
    {
        for (var number = children.First; number != 0;)
        {
            ref var fact = ref _parentFacts[number];
            number = fact.Siblings.Next;
            fact.Siblings = default;
            fact.Parent = 0;
        }
    }

    private ref Chain QueueOf(EvictionQueue queue)
    {
        switch (queue)
        {
            case EvictionQueue.Childless:
                return ref _childless;
            case EvictionQueue.Parents:
                return ref _parents;
            default:
                return ref _living;
        }
    }

    private void Enqueue(int process)
    {
        ref var entry = ref _processes[process];
        entry.Waits = entry.Children.IsEmpty && entry.FormerChildren.IsEmpty ? EvictionQueue.Childless : EvictionQueue.Parents;
        Queues.AddLast(ref QueueOf(entry.Waits), process);
    }

    private void RequeueWithChildren(int process)
    {
        if (_processes[process].Waits == EvictionQueue.Childless)
        {
            Queues.Remove(ref _childless, process);
            Enqueue(process);
        }
    }

    private void RequeueWithoutChildren(int process)
    {
        ref var entry = ref _processes[process];
        if (entry.Waits == EvictionQueue.Parents && entry.Children.IsEmpty && entry.FormerChildren.IsEmpty)
        {
            Queues.Remove(ref _parents, process);
            Enqueue(process);
        }
    }
}
