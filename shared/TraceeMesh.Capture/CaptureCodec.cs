using System.Collections.ObjectModel;
using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Capture;

/// <summary>
/// Entries as they lie in a block: MessagePack arrays that begin with the kind (docs/capture.md). Total: whatever the bytes are,
/// reading answers with a status. Entries of a later kind are skipped, fields behind the known ones as well.
/// </summary>
internal static class CaptureCodec
{
    private const int Origin = 1;
    private const int Frame = 2;
    private const int Answer = 3;
    private const int Source = 4;
    private const int Value = 5;
    private const int End = 6;

    public static void Write(MessagePackWriter writer, CaptureEntry entry)
    {
        switch (entry)
        {
            case CaptureOrigin origin:
                Begin(writer, 5, Origin);
                writer.WriteText(origin.Node);
                writer.WriteText(origin.Kernel);
                writer.WriteText(origin.Recorder);
                writer.WriteInt(origin.Recorded);
                break;
            case CapturedFrame frame:
                Begin(writer, 3, Frame);
                writer.WriteInt(frame.Arrived);
                writer.WriteBytes(frame.Message.Span);
                break;
            case CapturedAnswer answer:
                Write(writer, answer);
                break;
            case CapturedSource source:
                Begin(writer, 6, Source);
                writer.WriteText(source.Namespace);
                writer.WriteText(source.Id);
                writer.WriteInt(source.Version);
                writer.WriteText(source.Schema);
                writer.WriteArrayHeader(source.Keys.Count);
                foreach (var key in source.Keys)
                {
                    writer.WriteText(key);
                }

                break;
            case CapturedValue value:
                Begin(writer, 6, Value);
                writer.WriteInt(value.Arrived);
                writer.WriteText(value.Namespace);
                writer.WriteText(value.Id);
                DataValueCodec.Write(writer, value.Key);
                DataValueCodec.Write(writer, value.Values);
                break;
            case CaptureEnd end:
                Begin(writer, 3, End);
                writer.WriteInt(end.Frames);
                writer.WriteInt(end.Missed);
                break;
            default:
                throw new ArgumentException($"a capture has no entries of the kind {entry.GetType().Name}", nameof(entry));
        }
    }

    /// <summary>Reads the first entry of <paramref name="entries"/>.</summary>
    /// <param name="entries">Entries behind each other.</param>
    /// <param name="entry">The entry; null for one of a kind that is not known here.</param>
    /// <param name="length">Its bytes.</param>
    public static bool TryRead(ReadOnlyMemory<byte> entries, out CaptureEntry? entry, out int length)
    {
        (entry, length) = (null, 0);
        var reader = new MessagePackReader(entries.Span);
        if (!reader.TryReadArrayHeader(out var fields) || fields < 1 || !reader.TryReadInt32(out var kind) || kind < 1)
        {
            return false;
        }

        var known = kind switch { Origin => 5, Frame => 3, Answer => 12, Source => 6, Value => 6, End => 3, _ => 1 };
        if (fields < known || !TryRead(ref reader, entries, kind, out entry) || !reader.TrySkip(fields - known))
        {
            return false;
        }

        length = reader.Position;
        return true;
    }

    private static bool TryRead(ref MessagePackReader reader, ReadOnlyMemory<byte> entries, int kind, out CaptureEntry? entry)
    {
        entry = null;
        return kind switch
        {
            Origin => TryReadOrigin(ref reader, out entry),
            Frame => TryReadFrame(ref reader, entries, out entry),
            Answer => TryReadAnswer(ref reader, out entry),
            Source => TryReadSource(ref reader, out entry),
            Value => TryReadValue(ref reader, out entry),
            End => TryReadEnd(ref reader, out entry),
            _ => true,
        };
    }

    private static void Begin(MessagePackWriter writer, int fields, int kind)
    {
        writer.WriteArrayHeader(fields);
        writer.WriteInt(kind);
    }

    private static void Write(MessagePackWriter writer, CapturedAnswer answer)
    {
        Begin(writer, 12, Answer);
        writer.WriteText(answer.ContainerId);
        writer.WriteInt(answer.Position);
        writer.WriteText(answer.Enrichment);
        writer.WriteText(answer.Name);
        writer.WriteText(answer.Image);
        writer.WriteText(answer.ImageDigest);
        writer.WriteText(answer.PodName);
        writer.WriteText(answer.PodNamespace);
        writer.WriteText(answer.PodUid);
        writer.WriteBool(answer.PodSandbox);
        writer.WriteMapHeader(answer.Labels.Count);
        foreach (var (name, value) in answer.Labels)
        {
            writer.WriteText(name);
            writer.WriteText(value);
        }
    }

    private static bool TryReadOrigin(ref MessagePackReader reader, out CaptureEntry? entry)
    {
        entry = null;
        if (!TryReadText(ref reader, out var node) || !TryReadText(ref reader, out var kernel) || !TryReadText(ref reader, out var recorder) || !reader.TryReadInt(out var recorded))
        {
            return false;
        }

        entry = new CaptureOrigin(node, kernel, recorder, recorded);
        return true;
    }

    private static bool TryReadFrame(ref MessagePackReader reader, ReadOnlyMemory<byte> entries, out CaptureEntry? entry)
    {
        entry = null;
        if (!reader.TryReadInt(out var arrived) || !reader.TryReadBytes(out var message) || message.Length > Limits.MessageBytes)
        {
            return false;
        }

        entry = new CapturedFrame(arrived, entries.Slice(reader.Position - message.Length, message.Length));
        return true;
    }

    private static bool TryReadAnswer(ref MessagePackReader reader, out CaptureEntry? entry)
    {
        entry = null;
        if (!TryReadText(ref reader, out var id)
            || !reader.TryReadInt(out var position)
            || !TryReadText(ref reader, out var enrichment)
            || !TryReadText(ref reader, out var name)
            || !TryReadText(ref reader, out var image)
            || !TryReadText(ref reader, out var digest)
            || !TryReadText(ref reader, out var pod)
            || !TryReadText(ref reader, out var podNamespace)
            || !TryReadText(ref reader, out var podUid)
            || !reader.TryReadBool(out var sandbox)
            || !TryReadLabels(ref reader, out var labels))
        {
            return false;
        }

        entry = new CapturedAnswer(id, position, enrichment)
        {
            Name = name,
            Image = image,
            ImageDigest = digest,
            PodName = pod,
            PodNamespace = podNamespace,
            PodUid = podUid,
            PodSandbox = sandbox,
            Labels = labels,
        };
        return true;
    }

    private static bool TryReadLabels(ref MessagePackReader reader, out IReadOnlyDictionary<string, string> labels)
    {
        labels = ReadOnlyDictionary<string, string>.Empty;
        if (!reader.TryReadMapHeader(out var count) || count > CaptureLimits.Labels)
        {
            return false;
        }

        var read = new Dictionary<string, string>();
        for (var i = 0; i < count; i++)
        {
            if (!TryReadText(ref reader, out var name) || !TryReadText(ref reader, out var value))
            {
                return false;
            }

            read[name] = value;
        }

        labels = read;
        return true;
    }

    private static bool TryReadSource(ref MessagePackReader reader, out CaptureEntry? entry)
    {
        entry = null;
        if (!TryReadText(ref reader, out var @namespace)
            || !TryReadText(ref reader, out var id)
            || !reader.TryReadInt32(out var version)
            || !TryReadText(ref reader, out var schema)
            || !reader.TryReadArrayHeader(out var count) || count > CaptureLimits.Labels)
        {
            return false;
        }

        var keys = new List<string>();
        for (var i = 0; i < count; i++)
        {
            if (!TryReadText(ref reader, out var key))
            {
                return false;
            }

            keys.Add(key);
        }

        entry = new CapturedSource(@namespace, id, version, schema, keys);
        return true;
    }

    private static bool TryReadValue(ref MessagePackReader reader, out CaptureEntry? entry)
    {
        entry = null;
        if (!reader.TryReadInt(out var arrived)
            || !TryReadText(ref reader, out var @namespace)
            || !TryReadText(ref reader, out var id)
            || !DataValueCodec.TryRead(ref reader, out var key)
            || !DataValueCodec.TryRead(ref reader, out var values))
        {
            return false;
        }

        entry = new CapturedValue(arrived, @namespace, id, key, values);
        return true;
    }

    private static bool TryReadEnd(ref MessagePackReader reader, out CaptureEntry? entry)
    {
        entry = null;
        if (!reader.TryReadInt(out var frames) || !reader.TryReadInt(out var missed))
        {
            return false;
        }

        entry = new CaptureEnd(frames, missed);
        return true;
    }

    private static bool TryReadText(ref MessagePackReader reader, out string text)
    {
        var read = reader.TryReadText(out var utf8) && utf8.Length <= CaptureLimits.TextBytes;
        text = read ? Encoding.UTF8.GetString(utf8) : "";
        return read;
    }
}
