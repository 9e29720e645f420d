using System.Buffers;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Deriving;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Cutting;

/// <summary>A cutter that is given raw frames, and what came out of it. Checks the books after every frame.</summary>
internal sealed class CutterHarness
{
    public CutterHarness(ResumePoint? resume = null, bool resumeIsLatest = false, ContainerEnrichment? enrichment = null, TimeSpan maxWait = default, PodTable? pods = null)
    {
        Parking = new ParkingLot(Time, maxWait);
        Cutter = new FrameCutter(RawFrames.Node, Stores, Parking, enrichment, resume, resumeIsLatest, (offset, status, _) => BadRecords.Add((offset, status))) { Pods = pods ?? new PodTable() };
    }

    public ManualTime Time { get; } = new();

    public ParkingLot Parking { get; }

    public NodeStores Stores { get; } = new();

    public FrameCutter Cutter { get; }

    public List<(long Offset, RecordStatus Status)> BadRecords { get; } = [];

    public List<(string MessageId, byte[] Bytes, EventFrameHeader Header)> Frames { get; } = [];

    public List<EventFrameHeader> Headers => Frames.ConvertAll(f => f.Header);

    /// <summary>Ids and positions of all events that came out.</summary>
    public List<(int Id, long Position)> Events
    {
        get
        {
            var events = new List<(int, long)>();
            foreach (var frame in Frames)
            {
                Read(frame.Bytes, e => events.Add((e.Context.EventId, e.Context.Position)));
            }

            return events;
        }
    }

    public CutterHarness Give(RawFrameHeader header, byte[] records, string? gap = null)
    {
        var cut = new List<CutFrame>();
        Cutter.Take(new RawFrame(header, records, gap: gap), cut);
        return Collect(cut);
    }

    /// <summary>Lets what need not wait any longer go on.</summary>
    public CutterHarness Release()
    {
        var cut = new List<CutFrame>();
        Cutter.Release(cut);
        return Collect(cut);
    }

    private CutterHarness Collect(List<CutFrame> cut)
    {
        foreach (var frame in cut)
        {
            var bytes = frame.Buffer.AsSpan(0, frame.Length).ToArray();
            ArrayPool<byte>.Shared.Return(frame.Buffer);
            Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(bytes, out var read, out _));
            Frames.Add((frame.MessageId, bytes, read));
        }

        AssertBalanced();
        return this;
    }

    public CutterHarness Give(long first, RecordBuilder records, long? settled = null, EventSet? selected = null) =>
        Give(RawFrames.Header(first, records.Count, settled, selected), records.Bytes);

    public CutterHarness Silence(long at) => Give(RawFrames.Header(at, 0), []);

    /// <summary>The one event that came out, with its texts.</summary>
    public Event Single()
    {
        Assert.Single(Events);
        Event? single = null;
        foreach (var frame in Frames)
        {
            Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(frame.Bytes, out _, out var cursor));
            var e = new Event();
            single = cursor.TryRead(e) == FrameStatus.Ok ? e : single;
        }

        return single!;
    }

    public static void Read(byte[] bytes, Action<Event> each)
    {
        Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(bytes, out _, out var cursor));
        var e = new Event();
        FrameStatus status;
        while ((status = cursor.TryRead(e)) == FrameStatus.Ok)
        {
            each(e);
        }

        Assert.Equal(FrameStatus.End, status);
    }

    public void AssertBalanced()
    {
        var account = Cutter.Books.ToAccount(0);
        Assert.Equal(account.Produced + account.Derived - account.Parked, account.Emitted.Values.Sum() + account.Filtered.Values.Sum() + account.Lost.Values.Sum());
    }
}
