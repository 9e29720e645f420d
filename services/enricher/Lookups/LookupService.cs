using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>
/// Answers lookups on one data source of this node, and lists it. A question about a position not applied yet waits for it,
/// up to its deadline.
/// </summary>
public sealed class LookupService
{
    /// <summary>Questions that wait at one time, on all sources; one more is answered at once, with what is known.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>The longest anybody may make a question wait.</summary>
    public static readonly TimeSpan MaxDeadline = TimeSpan.FromSeconds(30);

    // Lists are asked by people; each holds the stores for a moment.
    private const int ListCapacity = 64;

    private readonly BusConnection _bus;
    private readonly NodeLookups _lookups;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly LookupCounters _counters;
    private readonly EndpointStatistics _get;
    private readonly EndpointStatistics _list;

    /// <summary>A service that does not answer yet.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="subjects">The subjects in force.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="lookups">The source that answers.</param>
    /// <param name="log">The log.</param>
    /// <param name="counters">Where it counts.</param>
    public LookupService(BusConnection bus, Subjects subjects, string node, NodeLookups lookups, ILogger log, LookupCounters counters)
    {
        _bus = bus;
        _lookups = lookups;
        _time = bus.Time;
        _log = log;
        _counters = counters;
        var source = lookups.Source.Description;
        _get = new EndpointStatistics("get", subjects.Lookup(SourceDescription.Namespace, source.Id, node));
        _list = new EndpointStatistics("list", subjects.List(SourceDescription.Namespace, source.Id, node));
    }

    /// <summary>The source.</summary>
    public SourceDescription Source => _lookups.Source.Description;

    /// <summary>What it did, for <c>$SRV.STATS</c>: <c>get</c> and <c>list</c>.</summary>
    public IReadOnlyList<EndpointStatistics> Endpoints => [_get, _list];

    /// <summary>Answers until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(AnswerAllAsync(cancellation), ListAllAsync(cancellation));

    private async Task AnswerAllAsync(CancellationToken cancellation)
    {
        using var questions = _bus.Subscribe(_get.Subject, new BusSubscriptionOptions { Capacity = 16384 });
        while (await questions.ReadAsync(cancellation) is { } message)
        {
            // Answers without a wait are given here, in order; the others go on by themselves.
            _ = ServeAsync(message, _get, AnswerAsync, cancellation);
        }
    }

    private async Task ListAllAsync(CancellationToken cancellation)
    {
        using var questions = _bus.Subscribe(_list.Subject, new BusSubscriptionOptions { Capacity = ListCapacity });
        while (await questions.ReadAsync(cancellation) is { } message)
        {
            await ServeAsync(message, _list, List, cancellation);
        }
    }

    // One question that cannot be answered costs its asker a time-out, and nobody else anything.
    private async Task ServeAsync(BusMessage message, EndpointStatistics endpoint, Func<BusMessage, CancellationToken, ValueTask<bool>> answer, CancellationToken cancellation)
    {
        using (message)
        {
            try
            {
                using var span = MeshTrace.Follow(SpanNames.Answer, ActivityKind.Server, message.Headers)?.SetTag(SpanTags.Source, $"{SourceDescription.Namespace}/{Source.Id}");
                var started = _time.GetTimestamp();
                if (await answer(message, cancellation))
                {
                    endpoint.Answered(_time.GetElapsedTime(started));
                }
            }
            catch (Exception e)
            {
                endpoint.Failed(e.Message);
                _counters.Failed.Add();
                _log.LogError(e, "a question on {Subject} could not be answered", endpoint.Subject);
            }
        }
    }

    private async ValueTask<bool> AnswerAsync(BusMessage message, CancellationToken cancellation)
    {
        if (LookupCodec.TryReadRequest(message.PayloadMemory, out var request) is not FrameStatus.Ok and var status)
        {
            Malformed(message, _get, status);
            Respond(message, new LookupReply([LookupResult.Failed(LookupStatus.KeyNotSupported)]), asRows: false);
            return false;
        }

        Respond(message, await AnswerAsync(request, cancellation), request.TakesRows);
        _counters.Answered.Add();
        return true;
    }

    private async ValueTask<LookupReply> AnswerAsync(LookupRequest request, CancellationToken cancellation)
    {
        if (_lookups.TryAnswer(request, out var reply, out var advanced) || !_counters.TryWait(MaxWaiting))
        {
            return reply;
        }

        try
        {
            var patience = TimeSpan.FromMilliseconds(Math.Clamp(request.DeadlineMs, 0, (int)MaxDeadline.TotalMilliseconds));
            using var deadline = new CancellationTokenSource(patience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            do
            {
                await advanced.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            while (!_lookups.TryAnswer(request, out reply, out advanced) && !either.IsCancellationRequested);

            return reply;
        }
        finally
        {
            _counters.WaitOver();
        }
    }

    private ValueTask<bool> List(BusMessage message, CancellationToken cancellation)
    {
        using var writer = new MessagePackWriter();
        if (ListCodec.TryReadRequest(message.Payload, out var request) is not FrameStatus.Ok and var status)
        {
            Malformed(message, _list, status);
            ListCodec.WriteReply(writer, new ListReply([], "", 0));
            message.Respond(writer.WrittenSpan, BusHeaders.MessagePack);
            return new(false);
        }

        // A page of large entries is a shorter page.
        while (true)
        {
            ListCodec.WriteReply(writer, _lookups.List(request));
            if (writer.WrittenSpan.Length <= Limits.ReplyBytes || request.Limit <= 1)
            {
                break;
            }

            request = request with { Limit = Math.Min(request.Limit, ListRequest.MaxLimit) / 2 };
            writer.Reset();
        }

        message.Respond(writer.WrittenSpan, BusHeaders.MessagePack);
        _counters.Listed.Add();
        return new(true);
    }

    private void Malformed(BusMessage message, EndpointStatistics endpoint, FrameStatus status)
    {
        _counters.Malformed.Add();
        endpoint.Failed($"request could not be read: {status}");
        _log.LogWarning(
            "request of {Bytes} bytes on {Subject} could not be read: {Status}; begins {Start}",
            message.Payload.Length,
            endpoint.Subject,
            status,
            Convert.ToHexStringLower(message.Payload[..Math.Min(16, message.Payload.Length)]));
    }

    private void Respond(BusMessage message, LookupReply reply, bool asRows)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteReply(writer, reply, asRows);
        if (writer.WrittenSpan.Length > Limits.ReplyBytes)
        {
            // Whoever asks for less at a time gets it.
            _counters.TooLarge.Add();
            writer.Reset();
            var results = new LookupResult[reply.Results.Count];
            Array.Fill(results, LookupResult.Failed(LookupStatus.Unavailable));
            LookupCodec.WriteReply(writer, new LookupReply(results, reply.HistoryFrom));
        }

        // An asker that is gone, or a bus that is, costs the asker its deadline; the connection counts it.
        message.Respond(writer.WrittenSpan, BusHeaders.MessagePack);
    }
}
