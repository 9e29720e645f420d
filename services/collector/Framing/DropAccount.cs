using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Framing;

/// <summary>
/// Which of the kernel's drops were declared. The kernel's counters only grow, so what they are ahead of the declared ones is
/// what is new; a drop is declared once, whether a later record of its CPU or the clock brings it to light.
/// </summary>
/// <param name="read">The kernel's counter of a CPU and reason.</param>
public sealed class DropAccount(Func<int, DropReason, ulong> read)
{
    private readonly ulong[] _declared = new ulong[RecordLimits.MaxCpus * RecordLimits.DropReasons];
    private readonly ulong[] _total = new ulong[RecordLimits.MaxCpus];

    /// <summary>What was declared, by CPU and reason, those of a CPU in a row.</summary>
    public ReadOnlySpan<ulong> Declared => _declared;

    /// <summary>Goes on from what was declared before.</summary>
    public void Restore(ReadOnlySpan<ulong> declared)
    {
        declared.CopyTo(_declared);
        for (var i = 0; i < declared.Length; i++)
        {
            _total[i / RecordLimits.DropReasons] += declared[i];
        }
    }

    /// <summary>Whether a record shows drops of its CPU that were not declared.</summary>
    public bool IsBehind(in RecordHead head) => head.Cpu < RecordLimits.MaxCpus && head.Dropped > _total[head.Cpu];

    /// <summary>Declares what is new on a CPU for a reason.</summary>
    /// <returns>How many records.</returns>
    public long Declare(int cpu, DropReason reason)
    {
        var now = read(cpu, reason);
        ref var declared = ref _declared[(cpu * RecordLimits.DropReasons) + (int)reason];
        var behind = now - declared;
        declared = now;
        _total[cpu] += behind;
        return (long)behind;
    }
}
