using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit.Records;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// What one event takes at each step: in the enricher, from its record to the event frame, stores fed; read by a detector; as JSON.
/// The reference is a walk over the same records that looks at nothing but their heads.
/// </summary>
internal sealed class EventSteps : IBenchmark
{
    private const int PerFrame = 100;

    public string Name => "steps";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var row in Measure("an open", 250, Opens(), quick).Concat(Measure("an exec", 900, Execs(), quick)))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private IEnumerable<Row> Measure(string what, double target, byte[] records, bool quick)
    {
        var (walk, _) = Loop.Measure(quick, _ => Walk(records));
        byte[] frame = [];
        using var parking = new ParkingLot(TimeProvider.System, TimeSpan.Zero);
        using var cutter = new FrameCutter(RawFrames.Node, new NodeStores(), parking, null, null, false, static (_, _, _) => { });
        var cut = new List<CutFrame>();
        long offset = 0;
        var (decode, bytes) = Loop.Measure(quick, _ =>
        {
            cutter.Take(new RawFrame(RawFrames.Header(offset, PerFrame), records), cut);
            offset += PerFrame;
            var length = 0;
            foreach (var one in cut)
            {
                length += one.Length;
                frame = frame.Length > 0 || one.EndOffset - one.FirstOffset < PerFrame ? frame : one.Buffer[..one.Length];
                ArrayPool<byte>.Shared.Return(one.Buffer);
                cutter.Settle(one.Partition, one.LoadId, one.EndOffset);
            }

            cut.Clear();
            cutter.Lifecycle.Clear();
            return length;
        });
        yield return Row.AtMost($"{Name} {what}, decoded and cut", decode / PerFrame, "ns/event", target, walk / PerFrame);
        yield return Row.AtMost($"{Name} {what}, decoded and cut, allocates", bytes / PerFrame, "bytes/event", null);
        yield return Row.AtMost($"{Name} {what}, encoded", (double)frame.Length / PerFrame, "bytes/event", 300);

        var e = new Event();
        _ = EventFrameCodec.TryRead(frame, out _, out var events);
        var (read, readBytes) = Loop.Measure(quick, _ => ReadAll(events, e));
        yield return Row.AtMost($"{Name} {what}, read", read / PerFrame, "ns/event", null, walk / PerFrame);
        yield return Row.AtMost($"{Name} {what}, read, allocates", readBytes / PerFrame, "bytes/event", 0);

        var first = events;
        _ = first.TryRead(e);
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        var (written, writtenBytes) = Loop.Measure(quick, _ =>
        {
            buffer.ResetWrittenCount();
            json.Reset(buffer);
            EventJson.Write(json, e);
            json.Flush();
            return buffer.WrittenCount;
        });
        yield return Row.AtMost($"{Name} {what}, as JSON", written, "ns", 1000);
        yield return Row.AtMost($"{Name} {what}, as JSON, allocates", writtenBytes, "bytes", 0);
    }

    private static int Walk(ReadOnlySpan<byte> records)
    {
        var sum = 0;
        while (RecordReader.TryOpen(ref records, out var reader) == RecordStatus.Ok)
        {
            sum += reader.Head.Event;
        }

        return sum;
    }

    private static int ReadAll(EventCursor events, Event e)
    {
        var count = 0;
        while (events.TryRead(e) == FrameStatus.Ok)
        {
            count++;
        }

        return count;
    }

    private static byte[] Opens()
    {
        var builder = new RecordBuilder();
        for (var i = 0; i < PerFrame; i++)
        {
            builder.Open($"/usr/lib/x86_64-linux-gnu/libc.so.{i % 10}");
        }

        return builder.Bytes;
    }

    private static byte[] Execs()
    {
        var builder = new RecordBuilder();
        for (var i = 0; i < PerFrame; i++)
        {
            builder.Head.HostPid = builder.Head.HostTid = 1000 + (uint)i;
            builder.Exec("/usr/bin/x86_64-linux-gnu-gcc-12", "cc", "-O2", "-c", "main.c", "-o", "main.o");
        }

        return builder.Bytes;
    }
}
