using System.Runtime.CompilerServices;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>What the kernel side produces: a switch and perhaps a filter per event, the environment, and the mesh's own processes.</summary>
public sealed unsafe class EventSwitches : IDisposable
{
    private readonly MappedMemory _memory;
    private readonly int _ownProcesses;
    private readonly KernelFilters _filters;
    private readonly IReadOnlyList<KernelProgram> _onDemand;
    private readonly CallPlaces[] _places;
    private FilterPlan? _plan = FilterPlan.None;

    /// <summary>Maps the switches; all are off.</summary>
    internal EventSwitches(int control, int ownProcesses, KernelFilters filters, Shedding shedding, IReadOnlyList<KernelProgram> onDemand, params CallPlaces[] places)
    {
        _memory = new MappedMemory(control, 0, (nuint)Unsafe.SizeOf<Control>(), writable: true);
        _ownProcesses = ownProcesses;
        _filters = filters;
        _onDemand = onDemand;
        _places = places;
        Shed(shedding);
        MarkDrained(BootClock.Now());
    }

    /// <summary>Takes over what a collector before this one switched on; all of it stays as it is until the first <see cref="Apply"/>.</summary>
    internal void Adopt()
    {
        _plan = null;
        foreach (var places in _places)
        {
            places.Adopt();
        }
    }

    private ref Control Control => ref Unsafe.AsRef<Control>(_memory.Start);

    /// <summary>
    /// Switches on exactly these events. A program that is in the way of much else, as those that every system call of the host
    /// passes through are, is attached only while one of its events is on.
    /// </summary>
    /// <param name="events">The events wanted; those the kernel side does not have are ignored.</param>
    /// <param name="environment">Whether exec records carry the environment.</param>
    /// <param name="plan">What of them is kept back; null: nothing.</param>
    /// <returns>Null, or why some events stay away though they are wanted.</returns>
    public string? Apply(EventSet events, bool environment, FilterPlan? plan = null)
    {
        Volatile.Write(ref Control.WantEnvironment, environment ? 1u : 0u);
        ApplyFilters(events, plan ?? FilterPlan.None);
        foreach (var call in SystemCallTable.Calls)
        {
            Volatile.Write(ref Control.CallOn[CallTable.IndexOf(call)], (byte)CallWishes.Of(call, events));
        }

        string? failure = null;
        foreach (var places in _places)
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
                failure ??= $"{program.Name} {program.Failure}";
            }
        }

        return failure;
    }

    private void Shed(Shedding shedding)
    {
        foreach (var order in (ShedOrder[])[ShedOrder.Late, ShedOrder.Early])
        {
            Volatile.Write(ref Control.ShedAbove[(int)order], shedding.MarkOf(order));
        }

        for (var id = 0; id < RecordLimits.EventIdLimit; id++)
        {
            Volatile.Write(ref Control.ShedOrder[id], (byte)Shedding.OrderOf(id));
        }
    }

    // Filters change only while no switch refers to them, and no program is still reading one.
    private void ApplyFilters(EventSet events, FilterPlan plan)
    {
        var changes = !ReferenceEquals(plan, _plan);
        var filtered = new int[RecordLimits.EventIdLimit];
        foreach (var (id, slot) in plan.Events)
        {
            filtered[id] = (int)EventSwitch.Filter + slot;
        }

        Switch(events, changes ? [] : filtered);
        if (changes)
        {
            _plan = LibC.WaitForReaders() && _filters.Write(plan) ? plan : null;
            if (_plan is not null)
            {
                Switch(events, filtered);
            }
        }
    }

    private void Switch(EventSet events, ReadOnlySpan<int> filtered)
    {
        for (var id = 0; id < RecordLimits.EventIdLimit; id++)
        {
            var on = filtered.IsEmpty || filtered[id] == 0 ? (byte)EventSwitch.On : (byte)filtered[id];
            Volatile.Write(ref Control.EventOn[id], events.Contains(id) ? on : (byte)EventSwitch.Off);
        }
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
