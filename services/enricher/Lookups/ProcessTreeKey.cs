using TraceeMesh.Contracts;
using TraceeMesh.Enricher.Processes;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>A question to the process tree: one of four names for a process or thread, and perhaps a time and a depth.</summary>
public readonly struct ProcessTreeKey
{
    private const string EntityIdField = "entityId";
    private const string PidField = "pid";
    private const string ThreadEntityIdField = "threadEntityId";
    private const string TidField = "tid";
    private const string TimeField = "time";
    private const string MaxDepthField = "maxDepth";

    /// <summary>Which of the names it is.</summary>
    public ProcessTreeName Name { get; private init; }

    /// <summary>The entity id, pid or tid.</summary>
    public ulong Value { get; private init; }

    /// <summary>As of when, ns since the epoch; 0 as of the event that asks, or now.</summary>
    public long Time { get; private init; }

    /// <summary>How many ancestors are wanted; null where it is no question about a lineage.</summary>
    public int? MaxDepth { get; private init; }

    /// <summary>
    /// Whether a change of the answer is told under the key's subject: that is its first pair, and changes name entity ids.
    /// </summary>
    public bool IsTold { get; private init; }

    /// <summary>Whether it is a number that is given to one after the other.</summary>
    public bool IsReused => Name is ProcessTreeName.Pid or ProcessTreeName.Tid;

    /// <summary>A process by pid on the host.</summary>
    public static DataValue OfPid(uint pid) => DataValue.MapOf((PidField, DataValue.Of((long)pid)));

    /// <summary>Reads a key.</summary>
    /// <returns>False where it has another shape: nothing is guessed.</returns>
    public static bool TryRead(DataValue key, out ProcessTreeKey read)
    {
        read = default;
        if (key.Kind != DataKind.Map || key.Map.IsEmpty)
        {
            return false;
        }

        foreach (var (name, value) in key.Map)
        {
            var before = read;
            if (value.Kind != DataKind.Integer || !before.TryWith(name, value.Integer, out read))
            {
                return false;
            }
        }

        read = read with { IsTold = NameOf(key.Map[0].Key) is ProcessTreeName.EntityId or ProcessTreeName.ThreadEntityId };
        var ofThread = read.Name is ProcessTreeName.ThreadEntityId or ProcessTreeName.Tid;
        return read.Name != ProcessTreeName.None && !(ofThread && read.MaxDepth is not null);
    }

    private bool TryWith(string name, long value, out ProcessTreeKey with)
    {
        with = this;
        switch (name)
        {
            case TimeField when value >= 0:
                with = this with { Time = value };
                return true;
            case MaxDepthField:
                with = this with { MaxDepth = (int)Math.Clamp(value, 0, ProcessLimits.Ancestors) };
                return true;
            default:
                var kind = NameOf(name);
                with = this with { Name = kind, Value = (ulong)value };
                return Name == ProcessTreeName.None && value >= 0
                    && (kind is ProcessTreeName.EntityId or ProcessTreeName.ThreadEntityId || (kind != ProcessTreeName.None && value <= uint.MaxValue));
        }
    }

    private static ProcessTreeName NameOf(string field) => field switch
    {
        EntityIdField => ProcessTreeName.EntityId,
        PidField => ProcessTreeName.Pid,
        ThreadEntityIdField => ProcessTreeName.ThreadEntityId,
        TidField => ProcessTreeName.Tid,
        _ => ProcessTreeName.None,
    };
}
