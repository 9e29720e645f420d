using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.MessagePack;

/// <summary>
/// Lists of data sources on the wire. A request is a map <c>{"v":1,"filter","time","after","limit"}</c>; a reply
/// <c>{"v":1,"entries":[{"key","values"}],"next","evicted"}</c>. Fields that are not known are passed over.
/// </summary>
public static class ListCodec
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    /// <summary>Bytes of a filter or of a page's end at most.</summary>
    public const int TextBytes = 4096;

    /// <summary>Writes a request.</summary>
    public static void WriteRequest(MessagePackWriter writer, ListRequest request)
    {
        writer.WriteMapHeader(5);
        writer.WriteText("v"u8);
        writer.WriteInt(Version);
        writer.WriteText("filter"u8);
        writer.WriteText(request.Filter);
        writer.WriteText("time"u8);
        writer.WriteInt(request.Time);
        writer.WriteText("after"u8);
        writer.WriteText(request.After);
        writer.WriteText("limit"u8);
        writer.WriteInt(request.Limit);
    }

    /// <summary>Reads a request.</summary>
    public static FrameStatus TryReadRequest(ReadOnlySpan<byte> message, out ListRequest request)
    {
        request = new ListRequest();
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

            var status = TryReadRequestField(ref reader, name, ref request);
            if (status != FrameStatus.Ok)
            {
                return status;
            }
        }

        return FrameStatus.Ok;
    }

    /// <summary>Writes a reply.</summary>
    public static void WriteReply(MessagePackWriter writer, ListReply reply)
    {
        writer.WriteMapHeader(4);
        writer.WriteText("v"u8);
        writer.WriteInt(Version);
        writer.WriteText("entries"u8);
        writer.WriteArrayHeader(reply.Entries.Count);
        for (var i = 0; i < reply.Entries.Count; i++)
        {
            writer.WriteMapHeader(2);
            writer.WriteText("key"u8);
            DataValueCodec.Write(writer, reply.Entries[i].Key);
            writer.WriteText("values"u8);
            DataValueCodec.Write(writer, reply.Entries[i].Values);
        }

        writer.WriteText("next"u8);
        writer.WriteText(reply.Next);
        writer.WriteText("evicted"u8);
        writer.WriteInt(reply.Evicted);
    }

    /// <summary>Reads a reply.</summary>
    public static FrameStatus TryReadReply(ReadOnlySpan<byte> message, out ListReply reply)
    {
        reply = new ListReply([], "", 0);
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

            var status = TryReadReplyField(ref reader, name, ref reply);
            if (status != FrameStatus.Ok)
            {
                return status;
            }
        }

        return FrameStatus.Ok;
    }

    private static FrameStatus TryReadRequestField(ref MessagePackReader reader, ReadOnlySpan<byte> name, ref ListRequest request)
    {
        if (name.SequenceEqual("v"u8))
        {
            return reader.TryReadInt32(out var version) && version == Version ? FrameStatus.Ok : FrameStatus.UnknownVersion;
        }

        if (name.SequenceEqual("filter"u8))
        {
            var ok = TryReadText(ref reader, out var filter);
            request = request with { Filter = filter };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("time"u8))
        {
            var ok = reader.TryReadInt(out var time) && time >= 0;
            request = request with { Time = time };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("after"u8))
        {
            var ok = TryReadText(ref reader, out var after);
            request = request with { After = after };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("limit"u8))
        {
            var ok = reader.TryReadInt32(out var limit) && limit > 0;
            request = request with { Limit = limit };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        return reader.TrySkip() ? FrameStatus.Ok : FrameStatus.Malformed;
    }

    private static FrameStatus TryReadReplyField(ref MessagePackReader reader, ReadOnlySpan<byte> name, ref ListReply reply)
    {
        if (name.SequenceEqual("v"u8))
        {
            return reader.TryReadInt32(out var version) && version == Version ? FrameStatus.Ok : FrameStatus.UnknownVersion;
        }

        if (name.SequenceEqual("entries"u8))
        {
            var ok = TryReadEntries(ref reader, out var entries);
            reply = reply with { Entries = entries };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("next"u8))
        {
            var ok = TryReadText(ref reader, out var next);
            reply = reply with { Next = next };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("evicted"u8))
        {
            var ok = reader.TryReadInt(out var evicted) && evicted >= 0;
            reply = reply with { Evicted = evicted };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        return reader.TrySkip() ? FrameStatus.Ok : FrameStatus.Malformed;
    }

    private static bool TryReadEntries(ref MessagePackReader reader, out IReadOnlyList<SourceEntry> entries)
    {
        entries = [];
        if (!reader.TryReadArrayHeader(out var count) || count > ListRequest.MaxLimit)
        {
            return false;
        }

        var read = new SourceEntry[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadEntry(ref reader, out read[i]))
            {
                return false;
            }
        }

        entries = read;
        return true;
    }

    private static bool TryReadEntry(ref MessagePackReader reader, out SourceEntry entry)
    {
        entry = new SourceEntry(DataValue.Nil, DataValue.Nil);
        if (!reader.TryReadMapHeader(out var fields))
        {
            return false;
        }

        for (var i = 0; i < fields; i++)
        {
            if (!reader.TryReadText(out var name))
            {
                return false;
            }

            var isKey = name.SequenceEqual("key"u8);
            if (!isKey && !name.SequenceEqual("values"u8))
            {
                if (!reader.TrySkip())
                {
                    return false;
                }

                continue;
            }

            if (!DataValueCodec.TryRead(ref reader, out var value))
            {
                return false;
            }

            entry = isKey ? entry with { Key = value } : entry with { Values = value };
        }

        return entry.Values.Kind == DataKind.Map;
    }

    private static bool TryReadText(ref MessagePackReader reader, out string text)
    {
        text = "";
        if (!reader.TryReadText(out var bytes) || bytes.Length > TextBytes)
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return true;
    }
}
