using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Processes.Storage;

namespace TraceeMesh.Enricher.Processes;

/// <content>Which answers are no longer what they were.</content>
public sealed partial class ProcessStore
{
    // Descendants named one by one; where there are more, any answer may have changed.
    private const int DescendantsTold = 256;

    // Of what has no time: as of every time.
    private const long Ever = long.MinValue;

    /// <summary>What changed since it was last cleared: entity ids of processes and threads.</summary>
    public ChangeLog Changes { get; } = new();

    /// <summary>Says that something else is known of a process as of some time.</summary>
    /// <param name="process">Its number.</param>
    /// <param name="since">The earliest time at which it is, ns since boot.</param>
    private void TellProcess(int process, long since)
    {
        ref var entry = ref _processes[process];
        Name(ref entry);

        // A lineage shows an ancestor as it was when its child began: what comes in the order in which it happened changes none.
        if (since <= entry.LastBirth)
        {
            var budget = DescendantsTold;
            if (!TryTellDescendants(process, since, ref budget))
            {
                Changes.AddAll();
            }
        }
    }

    /// <summary>Says that something else is known of a thread, and so of its process.</summary>
    private void TellThread(int thread, long since)
    {
        Name(ref _threads[thread]);
        TellProcess(_threads[thread].Process, since);
    }

    /// <summary>Says that the end of a process is another one: it is that of the threads, too, whose own was not seen.</summary>
    private void TellEnd(int process, long since)
    {
        TellProcess(process, since);
        for (var thread = _processes[process].Threads.First; thread != 0; thread = Siblings.Next(thread))
        {
            Name(ref _threads[thread]);
        }
    }

    private bool TryTellDescendants(int process, long since, ref int budget) =>
        TryTellChildren(_processes[process].Children.First, since, ref budget) && TryTellChildren(_processes[process].FormerChildren.First, since, ref budget);

    // Each child looked at takes of the budget, which so bounds the depth as well.
    private bool TryTellChildren(int first, long since, ref int budget)
    {
        for (var fact = first; fact != 0; fact = Children.Next(fact))
        {
            if (--budget < 0)
            {
                return false;
            }

            var child = _parentFacts[fact].Child;
            if (_processes[child].StartTime < since)
            {
                continue;
            }

            // All that descend from the child show the process as it was when the child began.
            Name(ref _processes[child]);
            if (!TryTellDescendants(child, Ever, ref budget))
            {
                return false;
            }
        }

        return true;
    }

    private void Name(ref ProcessEntry entry)
    {
        if (entry.ToldIn != Changes.Round)
        {
            entry.ToldIn = Changes.Round;
            Changes.Add(LookupKey.Process(entry.EntityId));
        }
    }

    private void Name(ref ThreadEntry entry)
    {
        if (entry.ToldIn != Changes.Round)
        {
            entry.ToldIn = Changes.Round;
            Changes.Add(LookupKey.Thread(entry.EntityId));
        }
    }
}
