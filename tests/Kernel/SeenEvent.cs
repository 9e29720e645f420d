using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>An event as people see it: a record of the kernel, decoded by the enricher, as JSON.</summary>
public sealed class SeenEvent(JsonNode json)
{
    public string Name => json["eventName"]!.GetValue<string>();

    public long ReturnValue => json["returnValue"]!.GetValue<long>();

    public string Syscall => json["syscall"]!.GetValue<string>();

    public string ProcessName => json["processName"]!.GetValue<string>();

    public long HostProcessId => json["hostProcessId"]!.GetValue<long>();

    /// <summary>An argument as JSON; null where it is absent.</summary>
    public string? this[string argument] => Argument(argument)?.ToJsonString();

    public string Text(string argument) => Argument(argument)!.GetValue<string>();

    public long Number(string argument) => Argument(argument)!.GetValue<long>();

    /// <summary>A field of an argument that is a map.</summary>
    public string? Field(string argument, string field) => Argument(argument)![field]?.ToString();

    /// <summary>The events of a process, in order.</summary>
    public static List<SeenEvent> Of(IEnumerable<Record> records, long processId, params int[] ids)
    {
        var own = records.Where(r => r.Head.HostPid == processId && ids.Contains(r.Event)).ToList();
        using var cutter = new FrameCutter(RawFrames.Node, new NodeStores(), new ParkingLot(new ManualTime(), TimeSpan.Zero), null, null, false, (offset, status, _) => Assert.Fail($"record {offset}: {status}"));
        byte[] bytes = [.. own.SelectMany(r => r.Bytes.ToArray())];
        List<CutFrame> frames = [];
        cutter.Take(new RawFrame(RawFrames.Header(0, own.Count, selected: new EventSet(ids)), bytes), frames);
        List<SeenEvent> events = [];
        foreach (var frame in frames)
        {
            Read(frame.Buffer.AsSpan(0, frame.Length).ToArray(), events);
            ArrayPool<byte>.Shared.Return(frame.Buffer);
        }

        Assert.Equal(own.Count, events.Count);
        return events;
    }

    private JsonNode? Argument(string name) =>
        json["args"]!.AsArray().Single(a => a!["name"]!.GetValue<string>() == name)!["value"];

    private static void Read(byte[] frame, List<SeenEvent> events)
    {
        Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(frame, out _, out var cursor));
        var e = new Event();
        FrameStatus status;
        while ((status = cursor.TryRead(e)) == FrameStatus.Ok)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                EventJson.Write(writer, e);
            }

            events.Add(new SeenEvent(JsonNode.Parse(buffer.WrittenSpan)!));
        }

        Assert.Equal(FrameStatus.End, status);
    }
}
