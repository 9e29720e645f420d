using System.Buffers.Text;

namespace TraceeMesh.Bus;

/// <summary>What a stream says about a message it delivers.</summary>
/// <param name="StreamSequence">Its sequence in the stream.</param>
/// <param name="ConsumerSequence">Number of this delivery among the consumer's.</param>
/// <param name="Deliveries">How often it has been delivered, this time included.</param>
/// <param name="TimeNanoseconds">When the stream stored it, nanoseconds since the epoch.</param>
/// <param name="Pending">How many messages the consumer has after it.</param>
public readonly record struct MessageMetadata(long StreamSequence, long ConsumerSequence, long Deliveries, long TimeNanoseconds, long Pending)
{
    /// <summary>When the stream stored it, to 100 ns.</summary>
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(TimeNanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>
    /// Reads the reply subject of a delivery: <c>$JS.ACK.stream.consumer.deliveries.stream sequence.consumer sequence.time.pending</c>;
    /// with a domain two tokens (domain, account) come after ACK and one at the end.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<byte> reply, out MessageMetadata metadata)
    {
        metadata = default;
        if (!reply.StartsWith("$JS.ACK."u8))
        {
            return false;
        }

        Span<Range> tokens = stackalloc Range[13];
        var count = reply.Split(tokens);
        var first = count switch { 9 => 4, 11 or 12 => 6, _ => 0 };
        if (first == 0
            || !TryNumber(reply[tokens[first]], out var deliveries)
            || !TryNumber(reply[tokens[first + 1]], out var streamSequence)
            || !TryNumber(reply[tokens[first + 2]], out var consumerSequence)
            || !TryNumber(reply[tokens[first + 3]], out var time)
            || !TryNumber(reply[tokens[first + 4]], out var pending))
        {
            return false;
        }

        metadata = new MessageMetadata(streamSequence, consumerSequence, deliveries, time, pending);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> token, out long number) => Utf8Parser.TryParse(token, out number, out var read) && read == token.Length;
}
