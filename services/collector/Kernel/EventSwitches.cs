using System.Runtime.CompilerServices;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>What the kernel side produces: a switch per event, the environment, and the mesh's own processes.</summary>
public sealed unsafe class EventSwitches : IDisposable
{
    private readonly MappedMemory _memory;
    private readonly int _ownProcesses;
    private readonly IReadOnlyList<KernelProgram> _onDemand;
    private readonly CallPlaces[] _calls;

    /// <summary>Maps the switches; all are off.</summary>
    internal EventSwitches(int control, int ownProcesses, IReadOnlyList<KernelProgram> onDemand, params CallPlaces[] calls)
    {
        _memory = new MappedMemory(control, 0, (nuint)Unsafe.SizeOf<Control>(), writable: true);
        _ownProcesses = ownProcesses;
        _onDemand = onDemand;
        _calls = calls;
        MarkDrained(BootClock.Now());
    }

    private ref Control Control => ref Unsafe.AsRef<Control>(_memory.Start);

    /// <summary>
    /// Switches on exactly these events. What many tasks pass through, every system call above all, is attached only
    /// while one of its events is on.
    /// </summary>
    /// <param name="events">The events wanted; those the kernel side does not have are ignored.</param>
    /// <param name="environment">Whether exec records carry the environment.</param>
    /// <returns>Null, or why events stay away though they are wanted.</returns>
    public string? Apply(EventSet events, bool environment)
    {
        Volatile.Write(ref Control.WantEnvironment, environment ? 1u : 0u);
        for (var id = 0; id < RecordLimits.EventIdLimit; id++)
        {
            Volatile.Write(ref Control.EventOn[id], events.Contains(id) ? (byte)1 : (byte)0);
        }

        string? failure = null;
        foreach (var places in _calls)
        {
            var reason = places.Apply(events);
            failure ??= reason;
        }

        foreach (var program in _onDemand)
        {
            if (!program.IsLoaded || !program.Serves(events))
            {
                program.Detach();
            }
            else if (!program.Attach())
            {
                failure ??= program.Failure;
            }
        }

        return failure;
    }

    /// <summary>
    /// Says that the ring is being drained. The programs stop producing, and count, when nobody said so for a minute.
    /// </summary>
    /// <param name="bootTime">Of <see cref="BootClock"/>.</param>
    public void MarkDrained(ulong bootTime) => Volatile.Write(ref Control.DrainedAt, bootTime);

    /// <summary>
    /// Does not trace this process (its children it does). The kernel side forgets it when it exits or executes
    /// another program.
    /// </summary>
    /// <returns>False when there is no room for another one: it is traced like any other.</returns>
    public bool AddOwnProcess(int processId)
    {
        byte present = 1;
        return LibBpf.MapUpdate(_ownProcesses, &processId, &present, 0) == 0;
    }

    /// <summary>Traces the process again.</summary>
    /// <returns>Whether it was not traced before.</returns>
    public bool RemoveOwnProcess(int processId) => LibBpf.MapDelete(_ownProcesses, &processId) == 0;

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
