using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.MessagePack;

/// <summary>
/// Lookups on the wire. A request is a map <c>{"v":1,"keys":[...],"node","load","position","time","deadline_ms","at":[[position,time],...]}</c>; a
/// reply <c>{"v":1,"history_from":N,"results":[{"status","values","from","to","open","enrichment"}]}</c>. Maps by name,
/// so that a source in another language needs this line only; fields that are not known are passed over.
/// </summary>
public static class LookupCodec
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    /// <summary>Writes a request.</summary>
    public static void WriteRequest(MessagePackWriter writer, LookupRequest request)
    {
        writer.WriteMapHeader(7 + (request.At.Count > 0 ? 1 : 0) + (request.TakesRows ? 1 : 0));
        writer.WriteName("v"u8);
        writer.WriteInt(Version);
        writer.WriteName("keys"u8);
        writer.WriteArrayHeader(request.Keys.Count);
        for (var i = 0; i < request.Keys.Count; i++)
        {
            WriteKey(writer, request.Keys[i]);
        }

        writer.WriteName("node"u8);
        writer.WriteText(request.Node);
        writer.WriteName("load"u8);
        writer.WriteUInt(request.LoadId);
        writer.WriteName("position"u8);
        writer.WriteInt(request.Position);
        writer.WriteName("time"u8);
        writer.WriteInt(request.Time);
        writer.WriteName("deadline_ms"u8);
        writer.WriteInt(request.DeadlineMs);
        if (request.TakesRows)
        {
            writer.WriteName("rows"u8);
            writer.WriteBool(true);
        }

        if (request.At.Count == 0)
        {
            return;
        }

        writer.WriteName("at"u8);
        writer.WriteArrayHeader(request.At.Count);
        for (var i = 0; i < request.At.Count; i++)
        {
            writer.WriteArrayHeader(2);
            writer.WriteInt(request.At[i].Position);
            writer.WriteInt(request.At[i].Time);
        }
    }

    /// <summary>Reads a request.</summary>
    /// <param name="message">The request; its texts are those of the keys, so it must outlive them.</param>
    /// <param name="request">What was read.</param>
    public static FrameStatus TryReadRequest(ReadOnlyMemory<byte> message, out LookupRequest request)
    {
        request = new LookupRequest { Keys = [] };
        var reader = new MessagePackReader(message.Span);
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

            var status = TryReadRequestField(ref reader, message, name, ref request);
            if (status != FrameStatus.Ok)
            {
                return status;
            }
        }

        return request.At.Count == 0 || request.At.Count == request.Keys.Count ? FrameStatus.Ok : FrameStatus.BadHeader;
    }

    /// <summary>Writes a reply.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="asRows">Whether who asked <see cref="LookupRequest.TakesRows"/>.</param>
    public static void WriteReply(MessagePackWriter writer, LookupReply reply, bool asRows = false)
    {
        writer.WriteMapHeader(asRows ? 4 : 3);
        writer.WriteName("v"u8);
        writer.WriteInt(Version);
        writer.WriteName("history_from"u8);
        writer.WriteInt(reply.HistoryFrom);
        if (asRows)
        {
            LookupRows.Write(writer, reply.Results);
            return;
        }

        writer.WriteName("results"u8);
        writer.WriteArrayHeader(reply.Results.Count);
        for (var i = 0; i < reply.Results.Count; i++)
        {
            WriteResult(writer, reply.Results[i]);
        }
    }

    /// <summary>Reads a reply.</summary>
    public static FrameStatus TryReadReply(ReadOnlySpan<byte> message, out LookupReply reply)
    {
        reply = new LookupReply([]);
        RowNames[] names = [];
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

            if (name.SequenceEqual("v"u8))
            {
                if (!reader.TryReadInt32(out var version) || version != Version)
                {
                    return FrameStatus.UnknownVersion;
                }
            }
            else if (name.SequenceEqual("history_from"u8))
            {
                if (!reader.TryReadInt(out var from))
                {
                    return FrameStatus.BadHeader;
                }

                reply = reply with { HistoryFrom = from };
            }
            else if (name.SequenceEqual("results"u8))
            {
                if (!TryReadResults(ref reader, out var results))
                {
                    return FrameStatus.BadHeader;
                }

                reply = reply with { Results = results };
            }
            else if (name.SequenceEqual("names"u8))
            {
                if (!LookupRows.TryReadNames(ref reader, out names))
                {
                    return FrameStatus.BadHeader;
                }
            }
            else if (name.SequenceEqual("rows"u8))
            {
                if (!LookupRows.TryRead(ref reader, message, names, out var results))
                {
                    return FrameStatus.BadHeader;
                }

                reply = reply with { Results = results };
            }
            else if (!reader.TrySkip())
            {
                return FrameStatus.Malformed;
            }
        }

        return FrameStatus.Ok;
    }

    private static FrameStatus TryReadRequestField(ref MessagePackReader reader, ReadOnlyMemory<byte> message, ReadOnlySpan<byte> name, ref LookupRequest request)
    {
        if (name.SequenceEqual("v"u8))
        {
            return reader.TryReadInt32(out var version) && version == Version ? FrameStatus.Ok : FrameStatus.UnknownVersion;
        }

        if (name.SequenceEqual("keys"u8))
        {
            return TryReadKeys(ref reader, message, ref request);
        }

        if (name.SequenceEqual("node"u8))
        {
            var ok = HeaderReader.TryReadName(ref reader, out var node);
            request = request with { Node = node };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("load"u8))
        {
            var ok = reader.TryReadUInt(out var load) && load <= uint.MaxValue;
            request = request with { LoadId = (uint)load };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("position"u8))
        {
            var ok = reader.TryReadInt(out var position) && position >= -1;
            request = request with { Position = position };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("time"u8))
        {
            var ok = reader.TryReadInt(out var time) && time >= 0;
            request = request with { Time = time };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("deadline_ms"u8))
        {
            var ok = reader.TryReadInt32(out var deadline) && deadline >= 0;
            request = request with { DeadlineMs = deadline };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("rows"u8))
        {
            var ok = reader.TryReadBool(out var rows);
            request = request with { TakesRows = rows };
            return ok ? FrameStatus.Ok : FrameStatus.BadHeader;
        }

        if (name.SequenceEqual("at"u8))
        {
            return TryReadMoments(ref reader, ref request);
        }

        return reader.TrySkip() ? FrameStatus.Ok : FrameStatus.Malformed;
    }

    private static FrameStatus TryReadMoments(ref MessagePackReader reader, ref LookupRequest request)
    {
        if (!reader.TryReadArrayHeader(out var count) || count > Limits.LookupKeys)
        {
            return FrameStatus.BadHeader;
        }

        var at = new LookupMoment[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadArrayHeader(out var fields) || fields != 2
                || !reader.TryReadInt(out var position) || position < 0
                || !reader.TryReadInt(out var time) || time < 0)
            {
                return FrameStatus.BadHeader;
            }

            at[i] = new LookupMoment(position, time);
        }

        request = request with { At = at };
        return FrameStatus.Ok;
    }

    private static FrameStatus TryReadKeys(ref MessagePackReader reader, ReadOnlyMemory<byte> message, ref LookupRequest request)
    {
        if (!reader.TryReadArrayHeader(out var count))
        {
            return FrameStatus.BadHeader;
        }

        if (count > Limits.LookupKeys)
        {
            return FrameStatus.TooLarge;
        }

        var keys = new LookupKey[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadKey(ref reader, message, out keys[i]))
            {
                return FrameStatus.BadHeader;
            }
        }

        request = request with { Keys = keys };
        return FrameStatus.Ok;
    }

    private static void WriteKey(MessagePackWriter writer, in LookupKey key)
    {
        if (key.IsText)
        {
            writer.WriteText(key.Text.Bytes);
        }
        else
        {
            DataValueCodec.Write(writer, key.Value);
        }
    }

    private static bool TryReadKey(ref MessagePackReader reader, ReadOnlyMemory<byte> message, out LookupKey key)
    {
        if (reader.TryReadText(out var text))
        {
            key = new Utf8Text(message.Slice(reader.Position - text.Length, text.Length));
            return true;
        }

        var ok = DataValueCodec.TryRead(ref reader, out var value);
        key = value;
        return ok;
    }

    private static void WriteResult(MessagePackWriter writer, LookupResult result)
    {
        writer.WriteMapHeader(6);
        writer.WriteName("status"u8);
        writer.WriteText(result.Status.Name());
        writer.WriteName("values"u8);
        DataValueCodec.Write(writer, result.Values);
        writer.WriteName("from"u8);
        writer.WriteInt(result.From);
        writer.WriteName("to"u8);
        writer.WriteInt(result.To);
        writer.WriteName("open"u8);
        writer.WriteBool(result.Open);
        writer.WriteName("enrichment"u8);
        writer.WriteText(result.Enrichment);
    }

    private static bool TryReadResults(ref MessagePackReader reader, out IReadOnlyList<LookupResult> results)
    {
        results = [];
        if (!reader.TryReadArrayHeader(out var count) || count > Limits.LookupKeys)
        {
            return false;
        }

        var read = new LookupResult[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadResult(ref reader, out read[i]))
            {
                return false;
            }
        }

        results = read;
        return true;
    }

    private static bool TryReadResult(ref MessagePackReader reader, out LookupResult result)
    {
        result = null!;
        var read = new ResultFields { Status = LookupStatus.Unavailable, Values = DataValue.Nil, Enrichment = "" };
        if (!reader.TryReadMapHeader(out var fields))
        {
            return false;
        }

        for (var i = 0; i < fields; i++)
        {
            if (!reader.TryReadText(out var name) || !TryReadResultField(ref reader, name, ref read))
            {
                return false;
            }
        }

        result = new LookupResult(read.Status, read.Values, read.From, read.To, read.Open, read.Enrichment);
        return result.Status != LookupStatus.Found || result.Values.Kind == DataKind.Map;
    }

    private static bool TryReadResultField(ref MessagePackReader reader, ReadOnlySpan<byte> name, ref ResultFields read)
    {
        if (name.SequenceEqual("status"u8))
        {
            var ok = reader.TryReadText(out var status);
            read.Status = LookupStatuses.Parse(FieldNames.Of(status));
            return ok;
        }

        if (name.SequenceEqual("values"u8))
        {
            var ok = DataValueCodec.TryRead(ref reader, out var values);
            read.Values = values;
            return ok;
        }

        if (name.SequenceEqual("from"u8))
        {
            var ok = reader.TryReadInt(out var from);
            read.From = from;
            return ok;
        }

        if (name.SequenceEqual("to"u8))
        {
            var ok = reader.TryReadInt(out var to);
            read.To = to;
            return ok;
        }

        if (name.SequenceEqual("open"u8))
        {
            var ok = reader.TryReadBool(out var open);
            read.Open = open;
            return ok;
        }

        if (name.SequenceEqual("enrichment"u8))
        {
            var ok = reader.TryReadText(out var enrichment) && enrichment.Length <= Limits.NameBytes;
            read.Enrichment = ok ? FieldNames.Of(enrichment) : "";
            return ok;
        }

        return reader.TrySkip();
    }

    // A reply has many results, and their fields come one by one.
    private struct ResultFields
    {
        public LookupStatus Status;
        public DataValue Values;
        public long From;
        public long To;
        public bool Open;
        public string Enrichment;
    }
}
