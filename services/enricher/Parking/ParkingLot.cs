using System.Diagnostics.CodeAnalysis;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Parking;

/// <summary>
/// Where events wait for what a runtime knows of their container: a queue for each container, bounded in time and, over all of
/// them, in events, bytes and ranges of offsets. At a bound the container whose time is up first goes on.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="maxWait">How long the events of a container wait; those of one that was there before the enricher <see cref="ExistingMaxWait"/>. Zero: none wait.</param>
/// <param name="maxEvents">How many events wait.</param>
public sealed class ParkingLot(TimeProvider time, TimeSpan maxWait, int maxEvents = Limits.ParkedEvents) : IDisposable
{
    /// <summary>Bytes of events that wait.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>Ranges of offsets that wait, and derived events: every event frame tells them.</summary>
    public const int MaxRanges = 1024;

    /// <summary>
    /// How long the events of a container that was there before the enricher wait, where that is longer: an enricher that starts
    /// asks about all of them at once with code that runs for the first time, and who is there long since is not told "pending" for that.
    /// </summary>
    public static readonly TimeSpan ExistingMaxWait = TimeSpan.FromSeconds(5);

    // In the order in which their time is up.
    private readonly List<ParkedContainer> _containers = [];
    private readonly List<(long Offset, ParkedContainer Container)> _offsets = [];
    private readonly List<(long Offset, ParkedContainer Container)> _derived = [];
    private IReadOnlyList<OffsetRange>? _ranges = [];
    private IReadOnlyList<long>? _derivedOffsets = [];
    private int _fragments;

    /// <summary>Events of records that wait.</summary>
    public int Count => _offsets.Count;

    /// <summary>Containers whose events wait.</summary>
    public int Containers => _containers.Count;

    /// <summary>Containers that went on because their time was up.</summary>
    public long TimedOut { get; private set; }

    /// <summary>Containers that went on to make room.</summary>
    public long Overflowed { get; private set; }

    /// <summary>The offsets of the records whose events wait, ascending.</summary>
    public IReadOnlyList<OffsetRange> Ranges => _ranges ??= ToRanges();

    /// <summary>The offsets of the records from which the derived events that wait are derived, ascending.</summary>
    public IReadOnlyList<long> DerivedOffsets => _derivedOffsets ??= [.. _derived.ConvertAll(d => d.Offset).Where(o => o >= 0).Distinct()];

    /// <summary>How long until the time of the first container is up; null when none waits.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            if (_containers.Count == 0)
            {
                return null;
            }

            var left = time.GetElapsedTime(time.GetTimestamp(), _containers[0].Due);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Begins the event of a record; exactly one argument call per argument follows.</summary>
    public EventWriter Begin(Container container, in EventContext context, EventDefinition definition, long offset)
    {
        var parked = For(container);
        parked.Writer.BeginEvent(in context, definition, default);
        parked.Add(offset, 0, selected: true);
        _fragments += _offsets.Count > 0 && _offsets[^1].Offset + 1 == offset ? 0 : 1;
        _offsets.Add((offset, parked));
        _ranges = null;
        return parked.Writer;
    }

    /// <summary>Adds a derived event, behind what waits already; where nothing needs to wait it goes on with the next release.</summary>
    public void AddDerived(Container container, in EventContext context, EventDefinition definition, long offset, bool selected)
    {
        var parked = For(container);
        parked.Writer.BeginEvent(in context, definition, default);
        parked.Add(offset, definition.Id, selected);
        parked.Ready |= !container.Waits;
        _derived.Add((offset, parked));
        _derivedOffsets = null;
    }

    /// <summary>Says that what a container waited for is there.</summary>
    public static void MarkReady(Container container)
    {
        if (container.Parked is { } parked)
        {
            parked.Ready = true;
        }
    }

    /// <summary>Takes the next container whose events need not wait any longer, out of the lot.</summary>
    /// <param name="parked">Its events; disposed by the caller, who tells of each with <see cref="Forget"/>.</param>
    /// <param name="all">Whether to take those that still wait too.</param>
    public bool TryTake([NotNullWhen(true)] out ParkedContainer? parked, bool all = false)
    {
        parked = _containers.Find(static c => c.Ready);
        if (parked is null && _containers.Count > 0)
        {
            var oldest = _containers[0];
            var timedOut = all || time.GetTimestamp() >= oldest.Due;
            var overflows = _offsets.Count > maxEvents || _derived.Count > MaxRanges || _fragments > MaxRanges || Bytes() > MaxBytes;
            if (timedOut || overflows)
            {
                TimedOut += timedOut ? 1 : 0;
                Overflowed += timedOut ? 0 : 1;
                parked = oldest;
            }
        }

        if (parked is null)
        {
            return false;
        }

        _containers.Remove(parked);
        parked.CloseLast(parked.Writer.WrittenSpan.Length);
        parked.Container.Parked = null;
        return true;
    }

    /// <summary>Says that the first events of a container that was taken are told: their offsets no longer wait.</summary>
    public void Forget(ParkedContainer parked, int events)
    {
        var (upTo, derivedUpTo) = (-1L, -1L);
        for (var i = 0; i < events; i++)
        {
            var e = parked.Events[i];
            (upTo, derivedUpTo) = e.Derived == 0 ? (e.Offset, derivedUpTo) : (upTo, Math.Max(derivedUpTo, e.Offset));
        }

        _offsets.RemoveAll(o => o.Container == parked && o.Offset <= upTo);
        _derived.RemoveAll(d => d.Container == parked && d.Offset <= derivedUpTo);
        _ranges = null;
        _derivedOffsets = null;
        _fragments = Ranges.Count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parked in _containers)
        {
            parked.Dispose();
        }
    }

    private long Bytes()
    {
        long bytes = 0;
        foreach (var parked in _containers)
        {
            bytes += parked.Writer.WrittenSpan.Length;
        }

        return bytes;
    }

    private ParkedContainer For(Container container)
    {
        if (container.Parked is null)
        {
            var wait = container.WasThere && maxWait > TimeSpan.Zero && maxWait < ExistingMaxWait ? ExistingMaxWait : maxWait;
            var due = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
            container.Parked = new ParkedContainer(container, due);
            var behind = _containers.FindLastIndex(c => c.Due <= due);
            _containers.Insert(behind + 1, container.Parked);
        }

        return container.Parked;
    }

    private List<OffsetRange> ToRanges()
    {
        var ranges = new List<OffsetRange>();
        foreach (var (offset, _) in _offsets)
        {
            if (ranges.Count > 0 && ranges[^1].To == offset)
            {
                ranges[^1] = ranges[^1] with { To = offset + 1 };
            }
            else
            {
                ranges.Add(new OffsetRange(offset, offset + 1));
            }
        }

        return ranges;
    }
}
