using TraceeMesh.Bus;

namespace TraceeMesh.DataSourceApi.Log;

/// <summary>Stores records in a stream, and tries again, under the same id, for as long as it makes sense to wait.</summary>
/// <param name="jetStream">The streams.</param>
/// <param name="ensure">Makes sure that the streams exist.</param>
public sealed class LogStore(JetStream jetStream, Func<CancellationToken, Task> ensure)
{
    /// <summary>How long a record is tried to be stored.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int NoStorage = 10047;
    private static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Stores a record.</summary>
    /// <param name="subject">Where to.</param>
    /// <param name="record">The record.</param>
    /// <param name="id">By which the stream knows it, if it comes again.</param>
    /// <param name="cancellation">Gives up; it may be stored all the same.</param>
    /// <exception cref="LogUnavailableException">It is not stored, or nobody knows.</exception>
    public async Task<PublishAck> StoreAsync(string subject, ReadOnlyMemory<byte> record, string id, CancellationToken cancellation)
    {
        var time = jetStream.Connection.Time;
        var started = time.GetTimestamp();
        while (true)
        {
            var ack = await jetStream.PublishAsync(subject, record.Span, id, BusHeaders.MessagePack, cancellation);
            switch (ack.Status)
            {
                case PublishAckStatus.Stored or PublishAckStatus.Duplicate:
                    return ack;
                case PublishAckStatus.Refused or PublishAckStatus.WrongLastSequence:
                    throw new LogUnavailableException($"the bus does not store '{subject}': {ack.Description}", ack.ErrorCode == NoStorage);
                case PublishAckStatus.NotSent:
                    throw new LogUnavailableException($"'{subject}' cannot be sent: the connection to the bus is closed");
                case var status when time.GetElapsedTime(started) >= Patience:
                    throw new LogUnavailableException($"the bus does not store '{subject}' ({status}) for {Patience.TotalSeconds:0} s; try again, the value may or may not have been written");
                case PublishAckStatus.NoStream:
                    await EnsureAsync(cancellation);
                    break;
                default:
                    break;
            }

            await Task.Delay(RetryWait, time, cancellation);
        }
    }

    private async Task EnsureAsync(CancellationToken cancellation)
    {
        try
        {
            await ensure(cancellation);
        }
        catch (BusException)
        {
            // The next attempt to store says the same, and its time is counted.
        }
    }
}
