using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Decoding;
using TraceeMesh.Enricher.Deriving;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Cutting;

/// <content>What waited for its container goes on, in frames of its own.</content>
public sealed partial class FrameCutter
{
    // A frame of released events is closed at this size; the largest event still fits behind it.
    private const int ReleasedBytes = FrameDecoder.EventBytesMax / 2;

    private readonly IContainerAnswers? _enrichment;
    private readonly ulong _nodeHash;
    private readonly EventWriter _released = new();
    private readonly EventWriter _derived = new();
    private readonly LifecycleWriter _lifecycle = new();
    private readonly int[] _releasedTo = new int[Partitioning.Partitions];

    /// <summary>Where events wait.</summary>
    public ParkingLot Parking { get; }

    /// <summary>Derived events as JSON, to be stored before the frames cut with them; the caller empties it.</summary>
    public List<LifecycleMessage> Lifecycle { get; } = [];

    /// <summary>The pods of the node; empty where there is no API server.</summary>
    public PodTable Pods { get; init; } = new();

    private bool Tells => _told.Below != long.MaxValue;

    /// <summary>Takes note of what runtimes answered, and cuts what need not wait any longer.</summary>
    /// <param name="cut">Where event frames go, behind those that are there.</param>
    public void Release(ICollection<CutFrame> cut) => Release(cut, all: false);

    private void Release(ICollection<CutFrame> cut, bool all)
    {
        lock (Stores.Gate)
        {
            while (_enrichment is not null && _enrichment.TryTake(out var answer))
            {
                Note(answer);
            }
        }

        while (_last is not null && Tells && Parking.TryTake(out var parked, all))
        {
            using (parked)
            {
                Tell(parked, _last, cut);
            }
        }
    }

    private void AskAboutFresh()
    {
        var fresh = Stores.Containers.Fresh;
        for (var i = 0; i < fresh.Count; i++)
        {
            _enrichment?.Ask(fresh[i]);
        }

        Stores.Containers.ClearFresh();
    }

    private void Note(ContainerAnswer answer)
    {
        var container = answer.Container;
        Stores.Containers.Learn(container, answer.State, answer.Facts);
        if (answer.State == EnrichmentState.Complete && container.WentOn && _last is not null && Tells)
        {
            _decoder.DeriveEnriched(container, _last, Math.Max(_last.EndOffset - 1, 0));
        }

        // Nobody asks about a container that has ended again.
        container.WentOn = answer.State != EnrichmentState.Complete && (container.WentOn || container.Ended);
        if (!container.Waits)
        {
            ParkingLot.MarkReady(container);
        }
    }

    private void Tell(ParkedContainer parked, RawFrameHeader last, ICollection<CutFrame> cut)
    {
        var partition = Partitioning.Of(_nodeHash, parked.Container.Key, last.Spread);
        var enriched = default(EventContext);
        enriched.Enrich(parked.Container);
        var (waited, derived, notSelected) = (0, 0, 0);
        _released.Reset();
        for (var i = 0; i < parked.Events.Count; i++)
        {
            var e = parked.Events[i];
            if (e.Derived == 0)
            {
                waited++;
                _released.CopyEvent(parked.Writer, e.Places, e.End, in enriched);
            }
            else
            {
                derived++;
                notSelected += e.Selected ? 0 : 1;
                TellDerived(parked, e, in enriched, last, partition);
            }

            if (i + 1 == parked.Events.Count || _released.WrittenSpan.Length >= ReleasedBytes || _released.Count >= Limits.FrameCount)
            {
                Array.Clear(_releasedTo);
                _releasedTo[partition] = _released.Count;
                Books.Release(waited, derived, notSelected, _releasedTo);
                Parking.Forget(parked, i + 1);
                (waited, derived, notSelected) = (0, 0, 0);
                if (_released.Count > 0)
                {
                    cut.Add(Cut(last, partition, Account(), _released));
                    _released.Reset();
                }
            }
        }
    }

    private void TellDerived(ParkedContainer parked, in ParkedEvent e, in EventContext enriched, RawFrameHeader last, int partition)
    {
        _derived.Reset();
        _derived.CopyEvent(parked.Writer, e.Places, e.End, in enriched);
        ContainerArguments.Write(_derived, e.Derived, parked.Container);
        Lifecycle.Add(_lifecycle.Write(
            new EventFrameHeader
            {
                Node = _node,
                BootId = last.BootId,
                HostName = last.HostName,
                LoadId = last.LoadId,
                Partition = partition,
                FirstOffset = 0,
                Count = 1,
                Settled = 0,
                Watermark = 0,
            },
            _derived.WrittenSpan,
            parked.Container,
            Pods));
        if (e.Selected)
        {
            _released.CopyEvent(parked.Writer, e.Places, e.End, in enriched);
            ContainerArguments.Write(_released, e.Derived, parked.Container);
        }
    }
}
