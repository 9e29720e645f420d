using System.Runtime.CompilerServices;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>The kernel side's own books, per CPU, read without a system call where nothing else is said.</summary>
public sealed unsafe class CpuAccounts : IDisposable
{
    private readonly MappedMemory _memory;
    private readonly int _eventDrops;

    /// <summary>Maps the accounts.</summary>
    internal CpuAccounts(int accounts, int eventDrops, int cpus)
    {
        _memory = new MappedMemory(accounts, 0, (nuint)(RecordLimits.MaxCpus * Unsafe.SizeOf<CpuAccount>()), writable: false);
        _eventDrops = eventDrops;
        Cpus = cpus;
    }

    /// <summary>CPUs the machine may have; their numbers are below this.</summary>
    public int Cpus { get; }

    /// <summary>Records produced so far: each is in the ring, was dropped, or is on its way into one of the two.</summary>
    public ulong Produced() => Sum(static (ref readonly CpuAccount account) => account.Sequence);

    /// <summary>Records produced on one CPU, which is also the number its next record will have.</summary>
    public ulong Produced(int cpu) => Volatile.Read(ref Account(cpu).Sequence);

    /// <summary>Records dropped so far, all reasons.</summary>
    public ulong Dropped()
    {
        ulong sum = 0;
        for (var reason = 0; reason < RecordLimits.DropReasons; reason++)
        {
            sum += Dropped((DropReason)reason);
        }

        return sum;
    }

    /// <summary>Records dropped so far for one reason.</summary>
    public ulong Dropped(DropReason reason)
    {
        ulong sum = 0;
        for (var cpu = 0; cpu < Cpus; cpu++)
        {
            sum += Dropped(cpu, reason);
        }

        return sum;
    }

    /// <summary>Records one CPU dropped for one reason.</summary>
    public ulong Dropped(int cpu, DropReason reason) => Volatile.Read(ref Account(cpu).Dropped[(int)reason]);

    /// <summary>Events that were not produced since their process is one of the mesh's own.</summary>
    public ulong OwnProcess() => Sum(static (ref readonly CpuAccount account) => account.OwnProcess);

    /// <summary>Events that were not produced since nobody wants them.</summary>
    public ulong SwitchedOff() => Sum(static (ref readonly CpuAccount account) => account.SwitchedOff);

    /// <summary>Events that were not produced since no consumer's filter let them through.</summary>
    public ulong FilteredOut() => Sum(static (ref readonly CpuAccount account) => account.FilteredOut);

    /// <summary>
    /// How many of what is remembered made room for others, so that what they would have told is not told. To within what the kernel
    /// keeps free for each CPU, some hundred.
    /// </summary>
    public long Forgotten(Remembered kind)
    {
        var held = 0L;
        for (var cpu = 0; cpu < Cpus; cpu++)
        {
            held += Volatile.Read(ref Account(cpu).Remembered[(int)kind]);
        }

        return Math.Max(0, held - RoomFor(kind));
    }

    private static int RoomFor(Remembered kind) => kind switch
    {
        Remembered.Execs => RecordLimits.ExecsRemembered,
        Remembered.Sockets => RecordLimits.SocketsRemembered,
        Remembered.Calls => RecordLimits.CallsRemembered,
        Remembered.Files => RecordLimits.FilesRemembered,
        _ => RecordLimits.FlowsRemembered,
    };

    /// <summary>Records of one event that were dropped; one system call.</summary>
    public ulong DroppedOf(int eventId)
    {
        Span<ulong> drops = stackalloc ulong[Cpus];
        ulong sum = 0;
        fixed (ulong* values = drops)
        {
            if (LibBpf.MapLookup(_eventDrops, &eventId, values) != 0)
            {
                throw new ArgumentOutOfRangeException(nameof(eventId), eventId, $"The kernel side has events below {RecordLimits.EventIdLimit}.");
            }
        }

        foreach (var count in drops)
        {
            sum += count;
        }

        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private ref CpuAccount Account(int cpu)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)cpu, (uint)Cpus, nameof(cpu));
        return ref Unsafe.AsRef<CpuAccount>(_memory.Start + (cpu * Unsafe.SizeOf<CpuAccount>()));
    }

    private ulong Sum(Counter counter)
    {
        ulong sum = 0;
        for (var cpu = 0; cpu < Cpus; cpu++)
        {
            sum += counter(in Account(cpu));
        }

        return sum;
    }

    private delegate ulong Counter(ref readonly CpuAccount account);
}
