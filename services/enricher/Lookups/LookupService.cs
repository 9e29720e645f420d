using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>Answers lookups on <c>tracee/containers</c> of this node. A question about a position not applied yet waits for it, up to its deadline.</summary>
public sealed class LookupService
{
    /// <summary>Questions that wait at one time; one more is answered at once, with what is known.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>The longest anybody may make a question wait.</summary>
    public static readonly TimeSpan MaxDeadline = TimeSpan.FromSeconds(30);

    private readonly BusConnection _bus;
    private readonly string _subject;
    private readonly NodeStores _stores;
    private readonly ContainersSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ServiceCounter _answered;
    private readonly ServiceCounter _refused;
    private readonly ServiceCounter _malformed;
    private readonly ServiceCounter _failed;
    private int _waiting;

    /// <summary>A service that does not answer yet.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="subject">Where questions come.</param>
    /// <param name="stores">The stores of the node.</param>
    /// <param name="source">The source that answers.</param>
    /// <param name="log">The log.</param>
    /// <param name="counters">Where it counts.</param>
    public LookupService(BusConnection bus, string subject, NodeStores stores, ContainersSource source, ILogger log, ServiceCounters counters)
    {
        _bus = bus;
        _subject = subject;
        _stores = stores;
        _source = source;
        _time = bus.Time;
        _log = log;
        Endpoint = new EndpointStatistics("get", subject);
        _answered = counters.Counter("lookups_answered", "Lookups answered");
        _refused = counters.Counter("lookups_not_waited", "Lookups answered without waiting for their position, because too many waited");
        _malformed = counters.Counter("lookups_malformed", "Lookup requests that could not be read");
        _failed = counters.Counter("lookups_failed", "Lookups that ended with an error of this service");
        counters.Gauge("lookups_waiting", "Lookups that wait for their position", () => Volatile.Read(ref _waiting));
    }

    /// <summary>What it did, for <c>$SRV.STATS</c>.</summary>
    public EndpointStatistics Endpoint { get; }

    /// <summary>Answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var questions = _bus.Subscribe(_subject, new BusSubscriptionOptions { Capacity = 16384 });
        while (await questions.ReadAsync(cancellation) is { } message)
        {
            // Answers without a wait are given here, in order; the others go on by themselves.
            _ = AnswerAsync(message, cancellation);
        }
    }

    // One question that cannot be answered costs its asker a time-out, and nobody else anything.
    private async Task AnswerAsync(BusMessage message, CancellationToken cancellation)
    {
        try
        {
            await AnswerOneAsync(message, cancellation);
        }
        catch (Exception e)
        {
            Endpoint.Failed(e.Message);
            _failed.Add();
            _log.LogError(e, "a lookup could not be answered");
        }
    }

    private async Task AnswerOneAsync(BusMessage message, CancellationToken cancellation)
    {
        using (message)
        {
            var started = _time.GetTimestamp();
            if (LookupCodec.TryReadRequest(message.Payload, out var request) is not FrameStatus.Ok and var status)
            {
                _malformed.Add();
                Endpoint.Failed($"request could not be read: {status}");
                _log.LogWarning("lookup request of {Bytes} bytes could not be read: {Status}; begins {Start}", message.Payload.Length, status, Convert.ToHexStringLower(message.Payload[..Math.Min(16, message.Payload.Length)]));
                Respond(message, new LookupReply([LookupResult.Failed(LookupStatus.KeyNotSupported)]));
                return;
            }

            Respond(message, await AnswerAsync(request, cancellation));
            _answered.Add();
            Endpoint.Answered(_time.GetElapsedTime(started));
        }
    }

    private async ValueTask<LookupReply> AnswerAsync(LookupRequest request, CancellationToken cancellation)
    {
        if (TryAnswer(request, out var reply, out var advanced))
        {
            return reply;
        }

        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            _refused.Add();
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
            while (!TryAnswer(request, out reply, out advanced) && !either.IsCancellationRequested);

            return reply;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private bool TryAnswer(LookupRequest request, out LookupReply reply, out Task advanced)
    {
        lock (_stores.Gate)
        {
            advanced = _stores.Advanced;
            return _source.TryAnswer(request, out reply);
        }
    }

    private static void Respond(BusMessage message, LookupReply reply)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteReply(writer, reply);

        // An asker that is gone, or a bus that is, costs the asker its deadline; the connection counts it.
        message.Respond(writer.WrittenSpan, BusHeaders.MessagePack);
    }
}
