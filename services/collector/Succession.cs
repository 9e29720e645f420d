using Microsoft.Extensions.Logging;
using TraceeMesh.Collector.Framing;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector;

/// <summary>
/// What collectors before this one left pinned. A load of the same programs is gone on with. One of others, or one that was
/// ending, is ended: what is in its ring is framed, and its books are closed. What nobody can read any more is removed.
/// </summary>
internal sealed class Succession
{
    private readonly List<LeftLoad> _ended = [];

    /// <summary>The load to go on with, owned; null when a new one begins.</summary>
    public PinDirectory? Adopted { get; private set; }

    /// <summary>The loads to be ended, owned.</summary>
    public IReadOnlyList<LeftLoad> Ended => _ended;

    /// <summary>Looks at what is pinned.</summary>
    /// <param name="root">Where loads are pinned.</param>
    /// <param name="node">The node, subject-safe.</param>
    /// <param name="build">What must be equal of a load to go on with.</param>
    /// <param name="owner">The bus of this collector.</param>
    /// <param name="log">Where it is said what happens to each.</param>
    public static Succession Find(string root, string node, byte[] build, byte[] owner, ILogger log)
    {
        var succession = new Succession();
        foreach (var pins in PinDirectory.Abandoned(root, node))
        {
            succession.Sort(pins, build, owner, log);
        }

        return succession;
    }

    /// <summary>Ends the load after all that was to be gone on with.</summary>
    public void EndAdopted()
    {
        if (Adopted is { } pins && LoadMemory.TryOpen(pins) is { } memory)
        {
            _ended.Add(new LeftLoad(pins, memory));
        }

        Adopted = null;
    }

    private void Sort(PinDirectory pins, byte[] build, byte[] owner, ILogger log)
    {
        var memory = LoadMemory.TryOpen(pins);
        if (memory is null || !memory.Journal.IsReadable)
        {
            if (memory?.Journal.Phase != JournalPhase.Unborn)
            {
                log.LogError("load {Load} was left by a collector whose notes this one cannot read: what it had not published is lost, and the ledger says that it was not closed", pins.LoadId.ToString("x8"));
            }

            Remove(pins, memory);
        }
        else if (!memory.Journal.IsOwnedBy(owner))
        {
            // The frames of it are on another bus, and there its collector may be about to start again.
            if (IsForgotten(pins))
            {
                log.LogWarning("load {Load} of another bus was drained by nobody for a minute: removed", pins.LoadId.ToString("x8"));
                Remove(pins, memory);
                return;
            }

            memory.Dispose();
            pins.Dispose();
        }
        else if (Adopted is null && memory.Journal.Phase == JournalPhase.Open && memory.Journal.IsOfBuild(build))
        {
            Adopted = pins;
            memory.Dispose();
        }
        else
        {
            _ended.Add(new LeftLoad(pins, memory));
        }
    }

    private static void Remove(PinDirectory pins, LoadMemory? memory)
    {
        memory?.Dispose();
        pins.Remove();
        pins.Dispose();
    }

    private static unsafe bool IsForgotten(PinDirectory pins)
    {
        if (pins.OpenMap("control") is not { } descriptor)
        {
            return true;
        }

        using var control = new MappedMemory(descriptor, 0, sizeof(ulong), writable: false);
        _ = LibC.Close(descriptor);
        return BootClock.Now() - *(ulong*)control.Start > RecordLimits.DrainTimeoutNs;
    }
}

/// <summary>A load that a collector before this one left and that is to be ended.</summary>
/// <param name="Pins">Where it is pinned.</param>
/// <param name="Memory">What its frames are made from.</param>
internal sealed record LeftLoad(PinDirectory Pins, LoadMemory Memory);
