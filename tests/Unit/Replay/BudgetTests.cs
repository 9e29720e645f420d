using System.Buffers;
using System.Text.Json;
using TraceeMesh.Capture;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Replay;

/// <summary>
/// What an event may allocate, by step, on the mixed capture: tests/budgets.json. Allocations are exact, so the budgets are checked
/// here; the ratios in that file are for the benchmarks, whose times depend on the machine.
/// </summary>
public sealed class BudgetTests
{
    private readonly List<(RawFrameHeader Header, ReadOnlyMemory<byte> Records)> _frames = [];
    private readonly List<byte[]> _cut = [];
    private long _records;

    public BudgetTests()
    {
        foreach (var frame in CaptureFile.Open(SourceTree.File("tests/captures/mixed.capture")).Frames())
        {
            Assert.Equal(FrameStatus.Ok, RawFrameCodec.TryRead(frame.Message, out RawFrameHeader header, out var records));
            _frames.Add((header, records));
            _records += header.Count;
        }

        Decode();
    }

    [Fact]
    public void Decode_OfTheMixedCapture_StaysWithinItsBudget()
    {
        // Everything was run once, so that code and pools are warm.
        var allocated = Decode();

        Within("decodeMixed", allocated, _records);
    }

    [Fact]
    public void Read_OfEventFrames_StaysWithinItsBudget()
    {
        var e = new Event();
        var events = ReadAll(e);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll(e);

        Within("eventRead", GC.GetAllocatedBytesForCurrentThread() - before - HeaderBytes(), events);
    }

    [Fact]
    public void Json_OfEvents_StaysWithinItsBudget()
    {
        var e = new Event();
        Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(_cut[^1], out _, out var cursor));
        while (cursor.TryRead(e) != FrameStatus.Ok)
        {
            Assert.True(cursor.Left > 0);
        }

        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        WriteJson(buffer, json, e);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            WriteJson(buffer, json, e);
        }

        Within("eventJson", GC.GetAllocatedBytesForCurrentThread() - before, 100);
    }

    private static void WriteJson(ArrayBufferWriter<byte> buffer, Utf8JsonWriter json, Event e)
    {
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        EventJson.Write(json, e);
        json.Flush();
    }

    private static void Within(string name, long allocated, long events)
    {
        using var budgets = JsonDocument.Parse(File.ReadAllBytes(SourceTree.File("tests/budgets.json")));
        var budget = budgets.RootElement.GetProperty("bytesPerEvent").GetProperty(name).GetDouble();
        var measured = Math.Max(0, allocated) / (double)events;

        Assert.True(events > 0);
        Assert.True(measured <= budget, $"{name}: {measured:0.0} bytes per event, {budget} are budgeted");
    }

    // What the headers of all frames take, read alone: events are counted without them.
    private long HeaderBytes()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var frame in _cut)
        {
            _ = EventFrameCodec.TryRead(frame, out _, out _);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private long ReadAll(Event e)
    {
        long events = 0;
        foreach (var frame in _cut)
        {
            _ = EventFrameCodec.TryRead(frame, out _, out var cursor);
            while (cursor.TryRead(e) == FrameStatus.Ok)
            {
                events++;
            }
        }

        return events;
    }

    private long Decode()
    {
        var keeps = _cut.Count == 0;
        var cut = new List<CutFrame>();
        using var parking = new ParkingLot(new ManualTime(), TimeSpan.Zero);
        using var cutter = new FrameCutter(_frames[0].Header.Node, new NodeStores(), parking, null, null, false, static (_, _, _) => { });
        long allocated = 0;
        foreach (var (header, records) in _frames)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            cutter.Take(new RawFrame(header, records), cut);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            foreach (var frame in cut)
            {
                if (keeps)
                {
                    _cut.Add(frame.Buffer[..frame.Length]);
                }

                ArrayPool<byte>.Shared.Return(frame.Buffer);
            }

            cut.Clear();
            cutter.Lifecycle.Clear();
        }

        return allocated;
    }
}
