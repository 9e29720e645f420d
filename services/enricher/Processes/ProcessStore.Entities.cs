using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Processes.Storage;

namespace TraceeMesh.Enricher.Processes;

/// <content>Processes and threads, their begin and their end.</content>
public sealed partial class ProcessStore
{
    private Chains<ProcessEntry, ProcessEntry.Queued> Queues => new(_processes);

    private Chains<ThreadEntry, ThreadEntry.Sibling> Siblings => new(_threads);

    private Chains<ThreadEntry, ThreadEntry.Queued> ThreadQueue => new(_threads);

    private static bool IsValid(uint number, ulong start) =>
        number is > 0 and <= NumberIndex<ProcessEntry, ProcessEntry.Namesake>.Highest && start is > 0 and < long.MaxValue;

    /// <summary>Finds or adds a process; 0 where the record does not name one, or there is no room.</summary>
    private int Ensure(uint pid, ulong start, uint nsPid, FactPosition position)
    {
        if (!IsValid(pid, start))
        {
            return 0;
        }

        var id = IdOf(pid, start);
        var process = _processIds.Find(id);
        if (process == 0 || _processes[process].Pid != pid || _processes[process].StartTime != (long)start)
        {
            process = AddProcess(Unique(id, pid, (long)start), pid, (long)start, position);
        }

        if (process != 0 && nsPid != 0 && _processes[process].NsPid != nsPid)
        {
            _processes[process].NsPid = nsPid;
            TellProcess(process, Ever);
        }

        return process;
    }

    /// <summary>Finds or adds a thread of a process; 0 where the record does not name one, or there is no room.</summary>
    private int EnsureThread(int process, uint tid, ulong start, uint nsTid, FactPosition position)
    {
        if (process == 0 || !IsValid(tid, start))
        {
            return 0;
        }

        var id = IdOf(tid, start);
        var thread = _threadIds.Find(id);
        if (thread == 0 || _threads[thread].Tid != tid || _threads[thread].StartTime != (long)start)
        {
            thread = AddThread(Unique(id, tid, (long)start), process, tid, (long)start, position);
        }

        if (thread != 0 && nsTid != 0 && _threads[thread].NsTid != nsTid)
        {
            _threads[thread].NsTid = nsTid;
            Name(ref _threads[thread]);
        }

        return thread;
    }

    // A process and its first thread have one id; anybody else who has it needs another one.
    private ulong Unique(ulong id, uint number, long start)
    {
        if (!IsTaken(id, number, start))
        {
            return id;
        }

        Collisions++;
        for (ulong salt = 1; IsTaken(id, number, start); salt++)
        {
            id = EntityIds.Of(_seed + salt, number, (ulong)start);
        }

        _aliases[(number, start)] = id;
        return id;
    }

    private bool IsTaken(ulong id, uint number, long start)
    {
        var process = _processIds.Find(id);
        if (process != 0 && (_processes[process].Pid != number || _processes[process].StartTime != start))
        {
            return true;
        }

        var thread = _threadIds.Find(id);
        return thread != 0 && (_threads[thread].Tid != number || _threads[thread].StartTime != start);
    }

    private int AddProcess(ulong id, uint pid, long start, FactPosition position)
    {
        var process = _processes.Take();
        if (process == 0)
        {
            FactsDropped++;
            return 0;
        }

        ref var entry = ref _processes[process];
        entry.EntityId = id;
        entry.Pid = pid;
        entry.StartTime = start;
        entry.Exit = FactStamp.Never;
        _processIds.Add(process);
        _pids.Add(process);
        Queues.AddLast(ref _living, process);

        // A pid is given anew only after its last process is gone.
        if (_pids.Before(process) is var before && before != 0 && _processes[before].Lives)
        {
            End(before, new FactStamp(start, position), inferred: true);
        }

        if (entry.Namesakes.Previous is var after && after != 0)
        {
            End(process, new FactStamp(_processes[after].StartTime, position), inferred: true);
        }

        // With it the process itself is told.
        _ = EnsureThread(process, pid, (ulong)start, 0, position);
        return process;
    }

    private int AddThread(ulong id, int process, uint tid, long start, FactPosition position)
    {
        var thread = _threads.Take();
        if (thread == 0)
        {
            FactsDropped++;
            return 0;
        }

        ref var entry = ref _threads[thread];
        entry.EntityId = id;
        entry.Tid = tid;
        entry.StartTime = start;
        entry.Process = process;
        entry.Exit = FactStamp.Never;
        _threadIds.Add(thread);
        _tids.Add(thread);
        Siblings.AddFirst(ref _processes[process].Threads, thread);
        TellThread(thread, start);

        if (_tids.Before(thread) is var before && before != 0 && _threads[before].Lives)
        {
            EndThread(before, new FactStamp(start, position));
        }

        if (entry.Namesakes.Previous is var after && after != 0)
        {
            EndThread(thread, new FactStamp(_threads[after].StartTime, position));
        }

        return thread;
    }

    private void End(int process, in FactStamp at, bool inferred)
    {
        ref var entry = ref _processes[process];
        if (!entry.Lives && (inferred || !entry.EndIsInferred))
        {
            return;
        }

        var lived = entry.Lives;
        TellEnd(process, Math.Min(entry.Exit.Time, at.Time));
        entry.Exit = at;
        entry.EndIsInferred = inferred;
        DropParentsAfter(ref entry, at.Time);
        if (entry.Parent != 0)
        {
            Close(entry.Parent, at);
        }

        if (lived)
        {
            Queues.Remove(ref _living, process);
            Enqueue(process);
        }
    }

    /// <summary>Takes back an end that was only inferred: something was seen of the process since.</summary>
    private void Reopen(int process, in FactStamp seen)
    {
        ref var entry = ref _processes[process];
        if (entry.Lives || !entry.EndIsInferred || seen.Time < entry.Exit.Time)
        {
            return;
        }

        TellEnd(process, entry.Exit.Time);
        Queues.Remove(ref QueueOf(entry.Waits), process);
        entry.Exit = FactStamp.Never;
        entry.EndIsInferred = false;
        entry.Waits = EvictionQueue.Living;
        Queues.AddLast(ref _living, process);
        if (entry.Parent != 0)
        {
            Close(entry.Parent, FactStamp.Never);
        }
    }

    private void EndThread(int thread, in FactStamp at)
    {
        ref var entry = ref _threads[thread];
        if (!entry.Lives)
        {
            return;
        }

        TellThread(thread, at.Time);
        ref var process = ref _processes[entry.Process];
        Siblings.Remove(ref process.Threads, thread);
        entry.Exit = at;
        var next = process.EndedThreads.First;
        while (next != 0 && at.IsBefore(_threads[next].Exit))
        {
            next = Siblings.Next(next);
        }

        Siblings.InsertBefore(ref process.EndedThreads, next, thread);
        if (entry.Tid != process.Pid)
        {
            ThreadQueue.AddLast(ref _endedThreads, thread);
        }
    }

    /// <summary>A thread that took over the id of its process's first one by exec goes on as that one.</summary>
    private void ReviveFirstThread(int thread)
    {
        ref var entry = ref _threads[thread];
        ref var process = ref _processes[entry.Process];
        if (!entry.Lives && entry.Tid == process.Pid)
        {
            TellThread(thread, entry.Exit.Time);
            Siblings.Remove(ref process.EndedThreads, thread);
            entry.Exit = FactStamp.Never;
            Siblings.AddFirst(ref process.Threads, thread);
        }
    }
}
