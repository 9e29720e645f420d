using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Input;

/// <summary>Finds out where the enricher before this one ended: from the event frames that the bus holds, else from the ledger.</summary>
/// <param name="jetStream">What the mesh shares.</param>
/// <param name="leaf">What belongs to the node.</param>
/// <param name="node">Name of the node.</param>
/// <param name="subjects">The subjects in force.</param>
/// <param name="streams">The streams in force.</param>
/// <param name="log">The log.</param>
public sealed class ResumeReader(JetStream jetStream, JetStream leaf, string node, Subjects subjects, StreamTable streams, ILogger log)
{
    // More than a publisher has in flight, so that the last frame before its oldest gap is among them.
    private const int Lookback = 2048;

    private static readonly TimeSpan LastInactive = TimeSpan.FromSeconds(30);

    /// <summary>The last books of the node, or null.</summary>
    public async Task<NodeAccount?> ReadAccountAsync(CancellationToken cancellation)
    {
        if (await jetStream.GetLastMessageAsync(streams.Ledger.Name, subjects.Ledger(node), cancellation) is not { } message)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(message.Payload.Span, MeshJson.Default.NodeAccount);
        }
        catch (JsonException e)
        {
            log.LogWarning("the books of {Node} in the ledger cannot be read and are begun anew: {Message}", node, e.Message);
            return null;
        }
    }

    /// <summary>Where event frames end, or null.</summary>
    public async Task<ResumePoint?> ReadFramesAsync(CancellationToken cancellation)
    {
        long last = 0;
        for (var partition = 0; partition < Partitioning.Partitions; partition++)
        {
            var message = await jetStream.GetLastMessageAsync(streams.Events.Name, subjects.Events(node, partition), cancellation);
            last = Math.Max(last, message?.Sequence ?? 0);
        }

        if (last == 0)
        {
            return null;
        }

        var headers = new List<EventFrameHeader>();
        var sequences = new List<long>();
        var definition = new ConsumerDefinition(streams.Events.Name)
        {
            FilterSubject = subjects.EventsOfNode(node),
            Start = ConsumerStart.AtSequence(last - Lookback),
        };
        await using var consumer = await jetStream.CreateConsumerAsync(definition, cancellation: cancellation);
        while (await consumer.ReadAsync(cancellation) is { Message: { } message })
        {
            using (message)
            {
                if (EventFrameCodec.TryRead(message.PayloadMemory, out var header, out _) == FrameStatus.Ok)
                {
                    headers.Add(header);
                    sequences.Add(message.Metadata.StreamSequence);
                }

                if (message.Metadata.StreamSequence >= last)
                {
                    break;
                }
            }
        }

        var fromBeginning = last <= Lookback && await jetStream.FindStreamAsync(streams.Events.Name, cancellation) is { FirstSequence: <= 1 };
        return ResumePoint.From(headers, fromBeginning) is not { } point ? null
            : point.FramesAhead.Count == 0 ? point
            : point.Knowing(await ReadAheadAsync(point.FramesAhead.Select(i => sequences[i]), cancellation));
    }

    private async Task<StoredAhead> ReadAheadAsync(IEnumerable<long> sequences, CancellationToken cancellation)
    {
        var ahead = new StoredAhead();
        var e = new Event();
        foreach (var sequence in sequences)
        {
            // A frame that a limit has removed meanwhile is judged by nobody any more: its events may be told again.
            if (await jetStream.GetMessageAsync(streams.Events.Name, sequence, cancellation) is { } message
                && EventFrameCodec.TryRead(message.Payload, out _, out var events) == FrameStatus.Ok)
            {
                while (events.TryRead(e) == FrameStatus.Ok)
                {
                    ahead.Add(in e.Context);
                }
            }
        }

        return ahead;
    }

    /// <summary>The offset behind the last raw frame that the bus holds.</summary>
    public async Task<long> ReadEndAsync(CancellationToken cancellation) => (await ReadLastRawAsync(cancellation))?.EndOffset ?? 0;

    /// <summary>The load of the last raw frame that the bus holds, or null.</summary>
    public async Task<uint?> ReadLastLoadAsync(CancellationToken cancellation) => (await ReadLastRawAsync(cancellation))?.LoadId;

    // By a consumer: its deliveries stay on the node, the answer to a request might not.
    private async Task<RawFrameHeader?> ReadLastRawAsync(CancellationToken cancellation)
    {
        var definition = new ConsumerDefinition(streams.Raw(node).Name) { FilterSubject = subjects.Raw(node), Start = ConsumerStart.LastPerSubject, InactiveThreshold = LastInactive };
        await using var consumer = await leaf.CreateConsumerAsync(definition, cancellation: cancellation);
        if (consumer.Created.Pending == 0 || (await consumer.ReadAsync(cancellation)).Message is not { } message)
        {
            return null;
        }

        using (message)
        {
            return RawFrameCodec.TryRead(message.PayloadMemory, out RawFrameHeader header, out _) == FrameStatus.Ok ? header : null;
        }
    }
}
