using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;

namespace TraceeMesh.MessagePack;

/// <summary>Goes through the events of a frame, one after the other, into one reused <see cref="Event"/>.</summary>
public struct EventCursor
{
    // Where these values are among those of an event (docs/wire.md).
    private const int FlagsField = 19;
    private const int ContainerField = 26;

    private readonly ReadOnlyMemory<byte> _events;
    private readonly EventFrameHeader _header;
    private readonly ReadOnlyMemory<byte> _hostName;
    private int _at;
    private int _next;
    private int _left;

    internal EventCursor(ReadOnlyMemory<byte> events, EventFrameHeader header, ReadOnlyMemory<byte> hostName)
    {
        _events = events;
        _header = header;
        _hostName = hostName;
        _left = header.Count;
    }

    /// <summary>How many events are left.</summary>
    public readonly int Left => _left;

    /// <summary>The number of the next event, if it is one; the other methods tell what is wrong with it if not.</summary>
    public readonly bool TryPeekId(out int id)
    {
        id = 0;
        var reader = new MessagePackReader(_events.Span[_at..]);
        return _left > 0 && reader.TryReadArrayHeader(out _) && reader.TryReadInt32(out id);
    }

    /// <summary>Looks at the next event without reading it: enough to know whether anybody wants it. <see cref="Skip"/> or <see cref="TryRead(Event)"/> come next.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="origin">Where on the node it happened.</param>
    /// <returns>Ok; UnknownEvent, which can only be skipped; End; or BadEvent, after which nothing behind it can be read.</returns>
    public FrameStatus TryPeek(out int id, out EventOrigin origin)
    {
        id = 0;
        origin = EventOrigin.Host;
        if (_left == 0)
        {
            return FrameStatus.End;
        }

        var reader = new MessagePackReader(_events.Span[_at..]);
        if (!reader.TryReadArrayHeader(out var fields) || fields != EventWriter.Fields
            || !reader.TryReadInt32(out id)
            || !reader.TrySkip(FlagsField - 1) || !reader.TryReadInt32(out var flags)
            || !reader.TrySkip(ContainerField - FlagsField - 1) || !reader.TryReadText(out var container)
            || !reader.TrySkip(EventWriter.Fields - ContainerField - 1))
        {
            return FrameStatus.BadEvent;
        }

        _next = _at + reader.Position;
        origin = Event.OriginOf(!container.IsEmpty, (ContextFlags)flags);
        return EventCatalog.Find(id) is null ? FrameStatus.UnknownEvent : FrameStatus.Ok;
    }

    /// <summary>Passes over the next event, whatever it is.</summary>
    /// <returns>Ok; End; or BadEvent, after which nothing behind it can be read.</returns>
    public FrameStatus TrySkip()
    {
        if (_left == 0)
        {
            return FrameStatus.End;
        }

        var reader = new MessagePackReader(_events.Span[_at..]);
        if (!reader.TryReadArrayHeader(out var fields) || fields != EventWriter.Fields || !reader.TrySkip(fields))
        {
            return FrameStatus.BadEvent;
        }

        _left--;
        _at += reader.Position;
        return FrameStatus.Ok;
    }

    /// <summary>Passes over the event that <see cref="TryPeek"/> looked at.</summary>
    public void Skip()
    {
        _left--;
        _at = _next;
    }

    /// <summary>Reads the next event.</summary>
    /// <returns>
    /// Ok; UnknownEvent (<paramref name="target"/> is untouched, the next call reads the one behind it); End; or BadEvent, after
    /// which nothing behind it can be read.
    /// </returns>
    public FrameStatus TryRead(Event target)
    {
        if (_left == 0)
        {
            return FrameStatus.End;
        }

        var reader = new MessagePackReader(_events.Span[_at..]);
        var status = TryRead(ref reader, target);
        if (status is not (FrameStatus.Ok or FrameStatus.UnknownEvent))
        {
            return status;
        }

        _left--;
        _at += reader.Position;
        return status;
    }

    private readonly FrameStatus TryRead(ref MessagePackReader reader, Event target)
    {
        var probe = reader;
        if (!probe.TryReadArrayHeader(out var fields) || fields != EventWriter.Fields || !probe.TryReadInt32(out var id))
        {
            return FrameStatus.BadEvent;
        }

        if (EventCatalog.Find(id) is not { } definition)
        {
            return reader.TrySkip() ? FrameStatus.UnknownEvent : FrameStatus.BadEvent;
        }

        target.Reset(definition, _header);
        ref var context = ref target.Context;
        context.EventId = id;
        var ok = TryReadNumbers(ref probe, ref context)
            && TryReadText(ref probe, out context.ProcessName)
            && TryReadText(ref probe, out context.Executable)
            && TryReadHostName(ref probe, out context.HostName)
            && TryReadText(ref probe, out context.ContainerId)
            && TryReadText(ref probe, out context.ContainerName)
            && TryReadText(ref probe, out context.ContainerImage)
            && TryReadText(ref probe, out context.ContainerImageDigest)
            && TryReadText(ref probe, out context.PodName)
            && TryReadText(ref probe, out context.PodNamespace)
            && TryReadText(ref probe, out context.PodUid)
            && TryReadText(ref probe, out context.Enrichment)
            && TryReadArguments(ref probe, target);
        reader = probe;
        return ok ? FrameStatus.Ok : FrameStatus.BadEvent;
    }

    private static bool TryReadNumbers(ref MessagePackReader reader, ref EventContext context)
    {
        var ok = reader.TryReadInt32(out context.Cpu)
            & reader.TryReadUInt(out context.Sequence)
            & reader.TryReadInt(out context.Position)
            & reader.TryReadInt(out context.Timestamp)
            & reader.TryReadInt(out context.ThreadStartTime)
            & reader.TryReadInt32(out context.ProcessId)
            & reader.TryReadInt32(out context.ThreadId)
            & reader.TryReadInt32(out context.ParentProcessId)
            & reader.TryReadInt32(out context.HostProcessId)
            & reader.TryReadInt32(out context.HostThreadId)
            & reader.TryReadInt32(out context.HostParentProcessId)
            & TryReadId(ref reader, out context.UserId)
            & TryReadId(ref reader, out context.GroupId)
            & reader.TryReadUInt(out var mountNamespace)
            & reader.TryReadUInt(out var pidNamespace)
            & reader.TryReadUInt(out context.CgroupId)
            & reader.TryReadInt(out context.ReturnValue)
            & reader.TryReadInt32(out context.Syscall)
            & reader.TryReadInt32(out var flags)
            & reader.TryReadUInt(out context.ThreadEntityId)
            & reader.TryReadUInt(out context.ProcessEntityId)
            & reader.TryReadUInt(out context.ParentEntityId);
        context.MountNamespace = (uint)mountNamespace;
        context.PidNamespace = (uint)pidNamespace;
        context.Flags = (ContextFlags)flags;
        return ok && mountNamespace <= uint.MaxValue && pidNamespace <= uint.MaxValue;
    }

    // User and group ids are unsigned in the kernel (4294967294 is nobody on NFS) and plain ints in the event.
    private static bool TryReadId(ref MessagePackReader reader, out int id)
    {
        var ok = reader.TryReadInt(out var wide) && wide is >= int.MinValue and <= uint.MaxValue;
        id = (int)wide;
        return ok;
    }

    private readonly bool TryReadText(ref MessagePackReader reader, out Utf8Text text)
    {
        var ok = reader.TryReadText(out var bytes);
        text = ok ? new Utf8Text(Slice(in reader, bytes.Length)) : default;
        return ok;
    }

    private readonly bool TryReadHostName(ref MessagePackReader reader, out Utf8Text text)
    {
        if (reader.TryReadNil())
        {
            text = new Utf8Text(_hostName);
            return true;
        }

        return TryReadText(ref reader, out text);
    }

    private readonly bool TryReadArguments(ref MessagePackReader reader, Event target)
    {
        var types = target.Definition.Types;
        if (!reader.TryReadArrayHeader(out var count) || count != types.Length)
        {
            return false;
        }

        for (var i = 0; i < types.Length; i++)
        {
            if (reader.TryReadNil())
            {
                continue;
            }

            var ok = types[i] switch
            {
                ArgumentType.Text => TryReadTextArgument(ref reader, target, i),
                ArgumentType.TextList => TryReadListArgument(ref reader, target, i),
                ArgumentType.Bytes => TryReadBytesArgument(ref reader, target, i),
                ArgumentType.IntPair or ArgumentType.DnsQuestions or ArgumentType.DnsAnswers => TryReadStructureArgument(ref reader, target, i, DataKind.List),
                var structure when ArgumentTypes.IsStructure(structure) => TryReadStructureArgument(ref reader, target, i, DataKind.Map),
                ArgumentType.Float => TryReadFloatArgument(ref reader, target, i),
                ArgumentType.Bool => TryReadBoolArgument(ref reader, target, i),
                _ => TryReadNumberArgument(ref reader, target, i),
            };
            if (!ok)
            {
                return false;
            }
        }

        return true;
    }

    private readonly bool TryReadTextArgument(ref MessagePackReader reader, Event target, int index)
    {
        if (!reader.TryReadText(out var bytes))
        {
            return false;
        }

        target.SetBytes(index, Slice(in reader, bytes.Length));
        return true;
    }

    private static bool TryReadFloatArgument(ref MessagePackReader reader, Event target, int index)
    {
        var ok = reader.TryReadFloat(out var value);
        target.SetNumber(index, BitConverter.DoubleToInt64Bits(value));
        return ok;
    }

    private readonly bool TryReadBytesArgument(ref MessagePackReader reader, Event target, int index)
    {
        if (!reader.TryReadBytes(out var bytes))
        {
            return false;
        }

        target.SetBytes(index, Slice(in reader, bytes.Length));
        return true;
    }

    private readonly bool TryReadListArgument(ref MessagePackReader reader, Event target, int index)
    {
        if (!reader.TryReadArrayHeader(out var count))
        {
            return false;
        }

        target.StartList(index);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadText(out var bytes))
            {
                return false;
            }

            target.AddText(index, Slice(in reader, bytes.Length));
        }

        return true;
    }

    private static bool TryReadStructureArgument(ref MessagePackReader reader, Event target, int index, DataKind kind)
    {
        var ok = DataValueCodec.TryRead(ref reader, out var value) && value.Kind == kind;
        target.SetStructure(index, value);
        return ok;
    }

    private static bool TryReadBoolArgument(ref MessagePackReader reader, Event target, int index)
    {
        var ok = reader.TryReadBool(out var value);
        target.SetNumber(index, value ? 1 : 0);
        return ok;
    }

    private static bool TryReadNumberArgument(ref MessagePackReader reader, Event target, int index)
    {
        var ok = reader.TryReadInteger(out var value, out _);
        target.SetNumber(index, value);
        return ok;
    }

    // The reader stands behind the bytes it just read.
    private readonly ReadOnlyMemory<byte> Slice(in MessagePackReader reader, int length) => _events.Slice(_at + reader.Position - length, length);
}
