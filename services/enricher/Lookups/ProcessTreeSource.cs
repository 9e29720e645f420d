using System.Globalization;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Processes;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>
/// The data source <c>tracee/process_tree</c>: a process, a thread or a lineage as it was. A process that had ended is found, and
/// so is one that had not begun, with nothing but its start.
/// </summary>
/// <param name="stores">The stores of the node.</param>
public sealed class ProcessTreeSource(NodeStores stores) : INodeSource
{
    private readonly ProcessTreeAnswers _answers = new(stores.Processes);

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new(
        "process_tree",
        "Processes and threads of one node, as of a position or a time",
        "map",
        """{"process_info":"map","thread_info":"map","process_lineage":"list"}""");

    /// <inheritdoc/>
    public StorePosition HistoryFrom => stores.Processes.HistoryFrom.ToStorePosition();

    /// <inheritdoc/>
    public ChangeLog Changes => stores.Processes.Changes;

    /// <inheritdoc/>
    public long Evicted => stores.Processes.EvictedDead + stores.Processes.EvictedLiving;

    /// <inheritdoc/>
    public LookupResult Answer(in LookupKey key, in AsOf at)
    {
        if (!ProcessTreeKey.TryRead(key.Value, out var asked))
        {
            return LookupResult.Failed(LookupStatus.KeyNotSupported);
        }

        var when = asked.Time == 0 ? at : at.At(asked.Time);
        var viewpoint = Viewpoint.Of(when) with { IsFixed = asked.Time != 0 };
        var entity = Find(asked, viewpoint);
        if (entity == 0)
        {
            return LookupResult.Failed(Missing(asked, when));
        }

        var validity = new Validity(viewpoint.Position);
        var whole = true;
        DataValue values;
        EntityStatus status;
        if (asked.Name is ProcessTreeName.ThreadEntityId or ProcessTreeName.Tid)
        {
            var state = stores.Processes.StateOfThread(entity, viewpoint, ref validity);
            status = state.Status;
            values = DataValue.MapOf(("thread_info", _answers.Thread(state, when)));
        }
        else if (asked.MaxDepth is { } depth)
        {
            Span<ProcessView> states = stackalloc ProcessView[ProcessLimits.Ancestors + 1];
            var count = stores.Processes.Lineage(entity, viewpoint, states[..(depth + 1)], ref validity);
            status = states[0].Status;
            values = DataValue.MapOf(("process_lineage", _answers.Lineage(states[..count], viewpoint, when, ref validity, ref whole)));
        }
        else
        {
            var state = stores.Processes.StateOf(entity, viewpoint, ref validity);
            status = state.Status;
            values = DataValue.MapOf(("process_info", _answers.Process(state, viewpoint, when, ref validity, ref whole)));
        }

        return status == EntityStatus.BeforeHistory ? LookupResult.Failed(LookupStatus.Expired) : Found(values, asked, at, validity, whole);
    }

    /// <inheritdoc/>
    public string List(in AsOf at, string after, int limit, ICollection<SourceEntry> entries)
    {
        var viewpoint = Viewpoint.Of(at);
        _ = uint.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var pid);
        while (stores.Processes.TryNextLiving(ref pid, viewpoint, out var process))
        {
            if (process == 0)
            {
                return pid.ToString(CultureInfo.InvariantCulture);
            }

            if (limit-- == 0)
            {
                return (pid - 1).ToString(CultureInfo.InvariantCulture);
            }

            var unused = new Validity(viewpoint.Position);
            var whole = true;
            var state = stores.Processes.StateOf(process, viewpoint, ref unused);
            entries.Add(new SourceEntry(ProcessTreeKey.OfPid(pid), DataValue.MapOf(("process_info", _answers.Process(state, viewpoint, at, ref unused, ref whole)))));
        }

        return "";
    }

    private int Find(in ProcessTreeKey asked, in Viewpoint at) => asked.Name switch
    {
        ProcessTreeName.EntityId => stores.Processes.Find(asked.Value),
        ProcessTreeName.Pid => stores.Processes.FindByPid((uint)asked.Value, at),
        ProcessTreeName.ThreadEntityId => stores.Processes.FindThread(asked.Value),
        _ => stores.Processes.FindByTid((uint)asked.Value, at),
    };

    // Before the first whole snapshot it may be one that was there before: nobody can say that it is not.
    private LookupStatus Missing(in ProcessTreeKey asked, in AsOf at)
    {
        var processes = stores.Processes;
        var forgotten = asked.IsReused ? processes.IsForgotten((uint)asked.Value) : processes.IsForgotten(asked.Value);
        if (forgotten)
        {
            return LookupStatus.Expired;
        }

        if (!processes.IsComplete)
        {
            return LookupStatus.Unavailable;
        }

        return FactPosition.Of(at.Position) < processes.HistoryFrom || at.Time < processes.HistoryFromTime ? LookupStatus.Expired : LookupStatus.NotFound;
    }

    private LookupResult Found(DataValue values, in ProcessTreeKey asked, in AsOf at, in Validity validity, bool whole)
    {
        var note = whole ? "" : "truncated";
        if (asked.IsReused && at.HasPosition)
        {
            // Whose number it is may change with any record, and no change is told by it.
            return new LookupResult(LookupStatus.Found, values, at.Position.Offset, at.Position.Offset + 1, Open: false, note);
        }

        var load = at.HasPosition ? at.Position.Load : stores.Applied.Load;
        var from = NodeLookups.OffsetIn(load, validity.From.ToStorePosition());
        if (validity.To != FactPosition.Open || stores.Applied.Load != load)
        {
            return new LookupResult(LookupStatus.Found, values, from, NodeLookups.OffsetIn(load, validity.To.ToStorePosition()), Open: false, note);
        }

        // Nothing changed in all that is applied.
        return asked.IsTold
            ? new LookupResult(LookupStatus.Found, values, from, stores.Applied.Offset - 1, Open: true, note)
            : new LookupResult(LookupStatus.Found, values, from, stores.Applied.Offset, Open: false, note);
    }
}
