using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Asks data sources over the bus, whoever serves them.</summary>
/// <param name="bus">The bus.</param>
/// <param name="subjects">The subjects in force.</param>
internal sealed class SourceQuestions(BusConnection bus, Subjects subjects)
{
    private const int DeadlineMs = 1500;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(DeadlineMs + 1000);

    /// <summary>One lookup.</summary>
    /// <param name="namespace">Namespace of the source.</param>
    /// <param name="id">Id of the source.</param>
    /// <param name="node">The node whose source is asked; empty for a source of the whole mesh.</param>
    /// <param name="request">What is asked, as of when.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<LookupResult> AskAsync(string @namespace, string id, string node, LookupRequest request, CancellationToken cancellation)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, request with { Node = node, DeadlineMs = DeadlineMs });
        var subject = node.Length == 0 ? subjects.Lookup(@namespace, id) : subjects.Lookup(@namespace, id, node);
        using var reply = await bus.RequestAsync(subject, writer.WrittenSpan, Patience, BusHeaders.MessagePack, cancellation);
        return reply.Status switch
        {
            ReplyStatus.Ok when LookupCodec.TryReadReply(reply.Payload, out var answer) == FrameStatus.Ok && answer.Results.Count == 1 => answer.Results[0],
            ReplyStatus.Timeout => LookupResult.Failed(LookupStatus.Timeout),
            _ => LookupResult.Failed(LookupStatus.Unavailable),
        };
    }

    /// <summary>One page of what a source holds.</summary>
    /// <exception cref="ConsoleException">503: it does not answer.</exception>
    public async Task<ListReply> ListAsync(string @namespace, string id, string node, ListRequest request, CancellationToken cancellation)
    {
        using var writer = new MessagePackWriter();
        ListCodec.WriteRequest(writer, request);
        var subject = node.Length == 0 ? subjects.List(@namespace, id) : subjects.List(@namespace, id, node);
        using var reply = await bus.RequestAsync(subject, writer.WrittenSpan, Patience, BusHeaders.MessagePack, cancellation);
        return reply.Status == ReplyStatus.Ok && ListCodec.TryReadReply(reply.Payload, out var answer) == FrameStatus.Ok
            ? answer
            : throw new ConsoleException(StatusCodes.Status503ServiceUnavailable, "no_answer", $"{@namespace}/{id}{(node.Length > 0 ? $" of {node}" : "")} does not tell what it holds: {(reply.Status == ReplyStatus.NoResponders ? "nobody serves lists of it" : "no answer in time")}");
    }
}
