using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.MessagePack;

/// <summary>The parts that headers have in common: short texts, ranges and counters.</summary>
internal static class HeaderReader
{
    public static bool TryReadName(ref MessagePackReader reader, out string name)
    {
        name = "";
        if (!reader.TryReadText(out var bytes) || bytes.Length > Limits.NameBytes)
        {
            return false;
        }

        name = Encoding.UTF8.GetString(bytes);
        return true;
    }

    public static bool TryReadOffset(ref MessagePackReader reader, out long offset) => reader.TryReadInt(out offset) && offset >= 0;

    public static bool TryReadLosses(ref MessagePackReader reader, out IReadOnlyList<LossRange> losses)
    {
        losses = [];
        if (!reader.TryReadArrayHeader(out var count) || count > Limits.LossRangesKept)
        {
            return false;
        }

        if (count == 0)
        {
            return true;
        }

        var ranges = new LossRange[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadArrayHeader(out var fields) || fields != 3
                || !TryReadOffset(ref reader, out var from)
                || !TryReadOffset(ref reader, out var to) || to < from
                || !TryReadName(ref reader, out var reason))
            {
                return false;
            }

            ranges[i] = new LossRange(from, to, reason);
        }

        losses = ranges;
        return true;
    }

    public static bool TryReadCounters(ref MessagePackReader reader, out IReadOnlyList<KeyValuePair<string, long>> counters)
    {
        counters = [];
        if (!reader.TryReadMapHeader(out var count) || count > Limits.LossRangesKept)
        {
            return false;
        }

        if (count == 0)
        {
            return true;
        }

        var entries = new KeyValuePair<string, long>[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadName(ref reader, out var name) || !TryReadOffset(ref reader, out var value))
            {
                return false;
            }

            entries[i] = new(name, value);
        }

        counters = entries;
        return true;
    }

    public static void WriteLosses(MessagePackWriter writer, IReadOnlyList<LossRange> losses)
    {
        writer.WriteArrayHeader(losses.Count);
        for (var i = 0; i < losses.Count; i++)
        {
            var loss = losses[i];
            writer.WriteArrayHeader(3);
            writer.WriteInt(loss.From);
            writer.WriteInt(loss.To);
            writer.WriteText(loss.Reason);
        }
    }

    public static void WriteCounters(MessagePackWriter writer, IReadOnlyList<KeyValuePair<string, long>> counters)
    {
        writer.WriteMapHeader(counters.Count);
        for (var i = 0; i < counters.Count; i++)
        {
            writer.WriteText(counters[i].Key);
            writer.WriteInt(counters[i].Value);
        }
    }
}
