using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.MessagePack;

public sealed class FrameTests
{
    [Fact]
    public void RawFrame_ComesBackWhole()
    {
        var header = Raw();
        using var writer = new MessagePackWriter();
        RawFrameCodec.Write(writer, header, [1, 2, 3]);

        Assert.Equal(FrameStatus.Ok, RawFrameCodec.TryRead(writer.WrittenMemory, out var read, out var records));
        Assert.Equal([1, 2, 3], records.ToArray());
        Assert.Equal(header.Losses, read.Losses);
        Assert.Equal(header.KernelDrops, read.KernelDrops);
        Assert.Equal(header.Selected, read.Selected);
        Assert.Equal(header with { Losses = read.Losses, KernelDrops = read.KernelDrops }, read);
    }

    [Fact]
    public void EventFrame_ComesBackWhole_ArgumentByArgument()
    {
        var frame = Encode(2);

        Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(frame, out var header, out var events));
        Assert.Equal(5, header.Account.Filtered[0].Value);
        var e = new Event();
        Assert.Equal(FrameStatus.Ok, events.TryRead(e));
        Assert.Equal("sched_process_exec", e.Definition.Name);
        Assert.Equal("sh", e.Context.ProcessName.ToString());
        Assert.Equal("vm", e.Context.HostName.ToString());
        Assert.Equal(-2, e.Context.UserId);
        Assert.Equal(["sh", "-c", "true"], Texts(e, "argv"));
        Assert.False(e.Arguments[e.Definition.IndexOf("env")].Present);
        Assert.Equal("/bin/sh", e.GetText(e.Definition.IndexOf("pathname")).ToString());
        Assert.Equal(FrameStatus.Ok, events.TryRead(e));
        Assert.Equal(FrameStatus.End, events.TryRead(e));
    }

    [Fact]
    public void EventJson_HasTheFieldsOfThePeer_AndMesh()
    {
        EventFrameCodec.TryRead(Encode(1), out _, out var events);
        var e = new Event();
        events.TryRead(e);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            EventJson.Write(json, e);
        }

        var o = JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
        Assert.Equal(
            "timestamp threadStartTime processorId processId threadId parentProcessId cgroupId hostProcessId hostThreadId hostParentProcessId userId mountNamespace pidNamespace processName executable hostName containerId container kubernetes eventId eventName matchedPolicies argsNum returnValue syscall stackAddresses contextFlags threadEntityId processEntityId parentEntityId args metadata mesh",
            string.Join(' ', o.Select(p => p.Key)));
        Assert.Equal("703", (string?)o["eventId"]);
        Assert.Equal("execve", (string?)o["syscall"]);
        Assert.Equal(4294967294, (long?)o["userId"]);
        Assert.Equal("const char**", (string?)o["args"]![10]!["type"]);
        Assert.Equal("a81d02c4", (string?)o["mesh"]!["loadId"]);
        Assert.Equal(1048577, (long?)o["mesh"]!["position"]);
    }

    [Fact]
    public void EventFrame_CutAnywhere_IsRefusedOrEndsEarly()
    {
        var frame = Encode(3);
        for (var length = 0; length < frame.Length; length++)
        {
            var status = EventFrameCodec.TryRead(frame.AsMemory(0, length), out _, out var events);
            if (status == FrameStatus.Ok)
            {
                Assert.NotEqual(3, CountEvents(events));
            }
        }
    }

    // Data/event-frame-2.hex was written by the enricher that wrote version 2.
    [Fact]
    public void EventFrame_OfTheVersionBefore_IsRead()
    {
        var frame = Convert.FromHexString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data/event-frame-2.hex")).Trim());

        Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(frame, out var header, out var events));

        Assert.Equal(("node-a", 0xa81d02c4u, 3, 41L, 40L, 1008L), (header.Node, header.LoadId, header.Partition, header.FirstOffset, header.Settled, header.Watermark));
        Assert.Equal([new LossRange(5, 6, "ring_full")], header.Losses);
        Assert.Equal([new OffsetRange(100, 101)], header.Account.Parked);
        Assert.Equal([200], header.Account.ParkedDerived);
        Assert.Equal(0u, header.Account.Series);
        Assert.Empty(header.Account.SeriesFrom);
        var e = new Event();
        Assert.Equal(FrameStatus.Ok, events.TryRead(e));
        Assert.Equal(("ptrace", 1007L, 7UL), (e.Definition.Name, e.Context.Position, e.Context.Sequence));
        Assert.NotEqual(FrameStatus.Ok, events.TryRead(e));
    }

    [Fact]
    public void EventFrame_OfTheVersionBefore_WithTheFieldsOfThisOne_IsRefused()
    {
        var frame = Encode(1).ToArray();
        Assert.Equal(EventFrameCodec.Version, frame[4]);
        frame[4] = EventFrameCodec.OldestVersion;

        Assert.Equal(FrameStatus.BadHeader, EventFrameCodec.TryRead(frame, out _, out _));
    }

    [Fact]
    public void Frames_WithAnyByteChanged_NeverThrow()
    {
        var frame = Encode(2).ToArray();
        using var writer = new MessagePackWriter();
        RawFrameCodec.Write(writer, Raw(), new byte[40]);
        var raw = writer.WrittenMemory.ToArray();
        var random = new Random(5);
        var json = new Utf8JsonWriter(Stream.Null);
        var e = new Event();
        for (var round = 0; round < 30_000; round++)
        {
            var copy = (byte[])(round % 2 == 0 ? frame : raw).Clone();
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
            _ = RawFrameCodec.TryRead(copy, out _, out _);
            if (EventFrameCodec.TryRead(copy, out _, out var events) == FrameStatus.Ok)
            {
                while (events.TryRead(e) == FrameStatus.Ok)
                {
                    EventJson.Write(json, e);
                    json.Reset();
                }
            }
        }
    }

    [Fact]
    public void EventFrame_OfAnotherVersion_SaysSo()
    {
        var frame = Encode(1).ToArray();
        frame[4] = 9;

        Assert.Equal(FrameStatus.UnknownVersion, EventFrameCodec.TryRead(frame, out _, out _));
    }

    [Fact]
    public void Cursor_PassesOverEventsItDoesNotKnow()
    {
        var frame = Encode(2).ToArray();
        var at = frame.AsSpan().IndexOf<byte>([0xdc, 0, EventWriter.Fields, 0xcd, 2, 0xbf]);
        Assert.True(at > 0);
        frame[at + 5] = 0xfe;
        EventFrameCodec.TryRead(frame, out _, out var events);
        var e = new Event();

        Assert.Equal(FrameStatus.UnknownEvent, events.TryRead(e));
        Assert.Equal(FrameStatus.Ok, events.TryRead(e));
        Assert.Equal(FrameStatus.End, events.TryRead(e));
    }

    [Fact]
    public void Decoding_AllocatesNothingPerEvent()
    {
        var frame = Encode(100);
        var e = new Event();
        Decode(frame, e);
        var few = Measure(Encode(1), e);
        var many = Measure(frame, e);

        Assert.Equal(few, many);
    }

    [Fact]
    public void Lookup_RequestAndReply_ComeBackWhole()
    {
        using var writer = new MessagePackWriter();
        var request = new LookupRequest
        {
            Keys = [DataValue.Of("abc"), DataValue.Of(7), DataValue.MapOf(("pid", DataValue.Of(1)))],
            Node = "node-a",
            LoadId = 0xa81d02c4,
            Position = 99,
            Time = 5,
            DeadlineMs = 250,
        };
        LookupCodec.WriteRequest(writer, request);
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadRequest(writer.WrittenMemory, out var read));
        Assert.Equal(request.Keys, read.Keys);
        Assert.Equal(request with { Keys = read.Keys }, read);

        writer.Reset();
        var reply = new LookupReply(
            [new(LookupStatus.Found, DataValue.MapOf(("container_id", DataValue.Of("abc"))), 3, 9, true, "pending"), LookupResult.Failed(LookupStatus.Expired)],
            2);
        LookupCodec.WriteReply(writer, reply);
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadReply(writer.WrittenSpan, out var answer));
        Assert.Equal(reply.Results, answer.Results);
        Assert.Equal(2, answer.HistoryFrom);
    }

    [Fact]
    public void Lookup_OfAWholeFrame_HasAMomentForEachKey()
    {
        using var writer = new MessagePackWriter();
        var request = new LookupRequest { Keys = [DataValue.Of("abc"), DataValue.Of("def")], LoadId = 1, At = [new(4, 40), new(9, 90)] };
        LookupCodec.WriteRequest(writer, request);
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadRequest(writer.WrittenMemory, out var read));
        Assert.Equal(request.At, read.At);

        writer.Reset();
        LookupCodec.WriteRequest(writer, request with { At = [new(4, 40)] });
        Assert.Equal(FrameStatus.BadHeader, LookupCodec.TryReadRequest(writer.WrittenMemory, out _));
    }

    [Fact]
    public void Lookup_OfRandomBytes_NeverThrows()
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, new LookupRequest { Keys = [DataValue.MapOf(("a", DataValue.Of([DataValue.Of(1)])))] });
        var message = writer.WrittenSpan.ToArray();
        var random = new Random(6);
        for (var round = 0; round < 30_000; round++)
        {
            var copy = (byte[])message.Clone();
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
            _ = LookupCodec.TryReadRequest(copy, out _);
            _ = LookupCodec.TryReadReply(copy, out _);
        }
    }

    private static long Measure(ReadOnlyMemory<byte> frame, Event e)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Decode(frame, e);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Decode(ReadOnlyMemory<byte> frame, Event e)
    {
        EventFrameCodec.TryRead(frame, out _, out var events);
        while (events.TryRead(e) == FrameStatus.Ok)
        {
        }
    }

    private static int CountEvents(EventCursor events)
    {
        var e = new Event();
        var count = 0;
        while (events.TryRead(e) == FrameStatus.Ok)
        {
            count++;
        }

        return count;
    }

    private static string[] Texts(Event e, string argument) => [.. e.GetTexts(e.Definition.IndexOf(argument)).ToArray().Select(t => t.ToString())];

    private static RawFrameHeader Raw() => new()
    {
        Node = "node-a",
        BootId = "3f1c",
        LoadId = 0xa81d02c4,
        FirstOffset = 1048576,
        Count = 2,
        Settled = 1048500,
        Losses = [new(1048539, 1048576, LossReasons.RingFull)],
        KernelDrops = [new(LossReasons.RingFull, 37)],
        BootEpoch = 1763600000000000000,
        Selected = new EventSet(EventIds.Ptrace, EventIds.SchedProcessExec),
        Spread = 2,
        HostName = "vm",
        Final = true,
    };

    private static byte[] Encode(int count)
    {
        using var events = new EventWriter();
        for (var i = 0; i < count; i++)
        {
            AddExec(events, i);
        }

        using var writer = new MessagePackWriter();
        EventFrameCodec.Write(
            writer,
            new EventFrameHeader
            {
                Node = "node-a",
                BootId = "3f1c",
                HostName = "vm",
                LoadId = 0xa81d02c4,
                Partition = 3,
                FirstOffset = 10,
                Count = count,
                Settled = 10,
                Watermark = 1048578,
                Losses = [new(1, 2, LossReasons.BadRecord)],
                Account = new FrameAccount { Filtered = [new(FilterRules.NotSelected, 5)], Emitted = [new(3, 12)] },
            },
            events.WrittenSpan);
        return writer.WrittenMemory.ToArray();
    }

    private static void AddExec(EventWriter events, int i)
    {
        var definition = EventCatalog.Find(EventIds.SchedProcessExec)!;
        events.BeginEvent(
            new EventContext
            {
                EventId = definition.Id,
                Position = 1048577 + i,
                UserId = -2,
                Syscall = 59,
                ProcessName = Utf8Text.From("sh"),
                HostName = Utf8Text.From("vm"),
            },
            definition,
            "vm"u8);
        foreach (var argument in definition.Arguments)
        {
            switch (argument.Name)
            {
                case "argv":
                    events.TextList(Encoding.UTF8.GetBytes("sh\0-c\0true\0"));
                    break;
                case "env":
                    events.Absent();
                    break;
                case "pathname":
                    events.Text("/bin/sh"u8);
                    break;
                case var _ when argument.Type == ArgumentType.Text:
                    events.Text(""u8);
                    break;
                case var _ when argument.Type == ArgumentType.Bool:
                    events.Bool(false);
                    break;
                default:
                    events.Number(0);
                    break;
            }
        }
    }
}
