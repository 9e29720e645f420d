using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.MessagePack;

/// <summary>
/// Notices of changes on the wire: a map <c>{"v":1,"incarnation","n","load","from","to","all","keys":[...]}</c>. Fields that
/// are not known are passed over.
/// </summary>
public static class ChangeCodec
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    /// <summary>Keys of one notice at most; a source with more to tell says that all may have changed.</summary>
    public const int MaxKeys = 4096;

    /// <summary>Writes a notice.</summary>
    public static void Write(MessagePackWriter writer, ChangeNotice notice)
    {
        writer.WriteMapHeader(8);
        writer.WriteText("v"u8);
        writer.WriteInt(Version);
        writer.WriteText("incarnation"u8);
        writer.WriteUInt(notice.Incarnation);
        writer.WriteText("n"u8);
        writer.WriteInt(notice.Number);
        writer.WriteText("load"u8);
        writer.WriteUInt(notice.LoadId);
        writer.WriteText("from"u8);
        writer.WriteInt(notice.From);
        writer.WriteText("to"u8);
        writer.WriteInt(notice.To);
        writer.WriteText("all"u8);
        writer.WriteBool(notice.All);
        writer.WriteText("keys"u8);
        writer.WriteArrayHeader(notice.Keys.Count);
        for (var i = 0; i < notice.Keys.Count; i++)
        {
            DataValueCodec.Write(writer, notice.Keys[i].Value);
        }
    }

    /// <summary>Reads a notice.</summary>
    public static FrameStatus TryRead(ReadOnlySpan<byte> message, out ChangeNotice notice)
    {
        notice = new ChangeNotice { Incarnation = 0, Number = 0, LoadId = 0, From = 0, To = 0 };
        var reader = new MessagePackReader(message);
        if (!reader.TryReadMapHeader(out var fields))
        {
            return FrameStatus.Malformed;
        }

        for (var i = 0; i < fields; i++)
        {
            if (!reader.TryReadText(out var name))
            {
                return FrameStatus.Malformed;
            }

            var status = TryReadField(ref reader, name, ref notice);
            if (status != FrameStatus.Ok)
            {
                return status;
            }
        }

        return notice.From <= notice.To ? FrameStatus.Ok : FrameStatus.BadHeader;
    }

    private static FrameStatus TryReadField(ref MessagePackReader reader, ReadOnlySpan<byte> name, ref ChangeNotice notice)
    {
        if (name.SequenceEqual("v"u8))
        {
            return reader.TryReadInt32(out var version) && version == Version ? FrameStatus.Ok : FrameStatus.UnknownVersion;
        }

        bool ok;
        if (name.SequenceEqual("incarnation"u8))
        {
            ok = reader.TryReadUInt(out var incarnation);
            notice = notice with { Incarnation = incarnation };
        }
        else if (name.SequenceEqual("n"u8))
        {
            ok = reader.TryReadInt(out var number);
            notice = notice with { Number = number };
        }
        else if (name.SequenceEqual("load"u8))
        {
            ok = reader.TryReadUInt(out var load) && load <= uint.MaxValue;
            notice = notice with { LoadId = (uint)load };
        }
        else if (name.SequenceEqual("from"u8))
        {
            ok = reader.TryReadInt(out var from) && from >= 0;
            notice = notice with { From = from };
        }
        else if (name.SequenceEqual("to"u8))
        {
            ok = reader.TryReadInt(out var to) && to >= 0;
            notice = notice with { To = to };
        }
        else if (name.SequenceEqual("all"u8))
        {
            ok = reader.TryReadBool(out var all);
            notice = notice with { All = all };
        }
        else if (name.SequenceEqual("keys"u8))
        {
            ok = TryReadKeys(ref reader, out var keys);
            notice = notice with { Keys = keys };
        }
        else
        {
            return reader.TrySkip() ? FrameStatus.Ok : FrameStatus.Malformed;
        }

        return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
    }

    private static bool TryReadKeys(ref MessagePackReader reader, out IReadOnlyList<LookupKey> keys)
    {
        keys = [];
        if (!reader.TryReadArrayHeader(out var count) || count > MaxKeys)
        {
            return false;
        }

        var read = new LookupKey[count];
        for (var i = 0; i < count; i++)
        {
            if (!DataValueCodec.TryRead(ref reader, out var value))
            {
                return false;
            }

            read[i] = LookupKey.Of(value);
        }

        keys = read;
        return true;
    }
}
