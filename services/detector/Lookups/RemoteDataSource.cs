using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>A data source asked over the bus, as of the event's position.</summary>
public sealed class RemoteDataSource(BusConnection bus, Subjects subjects, DataSourceInfo info, DetectorCounters counters) : IDataSource
{
    /// <summary>How long a source may wait for the position of the event.</summary>
    public const int DeadlineMs = 1000;

    // The source answers at its deadline at the latest; the way there and back is not its.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(DeadlineMs + 250);

    /// <inheritdoc/>
    public string Namespace => info.Namespace;

    /// <inheritdoc/>
    public string Id => info.Id;

    /// <inheritdoc/>
    public int Version => info.Version;

    /// <inheritdoc/>
    public string Schema => info.Schema;

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys => info.Keys;

    /// <inheritdoc/>
    public async ValueTask<Lookup> Get(Event e, DataValue key, CancellationToken cancellation = default)
    {
        counters.Lookups.Add();
        using var reply = await AskAsync(e, key, cancellation);
        var result = reply.Status switch
        {
            ReplyStatus.Ok => Read(reply.Payload),
            ReplyStatus.Timeout => LookupResult.Failed(LookupStatus.Timeout),
            _ => LookupResult.Failed(LookupStatus.Unavailable),
        };
        if (result.Status is LookupStatus.Timeout or LookupStatus.Unavailable)
        {
            counters.LookupsFailed.Add();
        }

        return new Lookup(result);
    }

    private static LookupResult Read(ReadOnlySpan<byte> payload) =>
        LookupCodec.TryReadReply(payload, out var reply) == FrameStatus.Ok && reply.Results.Count == 1
            ? reply.Results[0]
            : LookupResult.Failed(LookupStatus.Unavailable);

    private ValueTask<BusReply> AskAsync(Event e, DataValue key, CancellationToken cancellation)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, new LookupRequest
        {
            Keys = [key],
            Node = e.Frame.Node,
            LoadId = e.Frame.LoadId,
            Position = e.Context.Position,
            Time = e.Context.Timestamp,
            DeadlineMs = DeadlineMs,
        });
        var subject = info.OfNode ? subjects.Lookup(Namespace, Id, e.Frame.Node) : subjects.Lookup(Namespace, Id);
        return bus.RequestAsync(subject, writer.WrittenSpan, Timeout, BusHeaders.MessagePack, cancellation);
    }
}
