using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Forwarding;

/// <summary>
/// Posts every finding of the stream, in order, at least once. The position is a durable consumer on the bus, which delivers the next
/// finding only when this one is acknowledged: what a forwarder that was killed had in hand comes again, and nothing overtakes it.
/// A finding that the receiver will never take goes to the dead letters with the reason; nothing is skipped without one.
/// </summary>
internal sealed class FindingForwarder(BusConnection bus, StreamTable streams, Subjects subjects, ForwardOptions options, TextWriter messages)
{
    /// <summary>What the dead letters of forwarders are called.</summary>
    public const string DeadService = "forward";

    private const string ReasonHeader = "TraceeMesh-Reason";
    private const string SubjectHeader = "TraceeMesh-Subject";

    // A header is no place for a page of HTML.
    private const int LongestReason = 512;

    /// <summary>When the bus takes a forwarder for dead and gives the finding it had in hand to the next. Longer than one attempt takes.</summary>
    private static readonly TimeSpan AckWait = HttpReceiver.Timeout + TimeSpan.FromSeconds(5);

    /// <summary>How often a wait says that it is still at it.</summary>
    private static readonly TimeSpan Sign = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private readonly JetStream _jetStream = new(bus);
    private readonly string _consumer = $"forward-{options.Name}";
    private long _taken;
    private long _refused;
    private long _retries;
    private long _reported;

    /// <summary>Forwards until cancelled, or, when it is not to follow, until it has forwarded what there was.</summary>
    public async Task RunAsync(bool follow, CancellationToken cancellation)
    {
        using var receiver = new HttpReceiver(options, bus.Time);
        await messages.WriteLineAsync($"tmesh: forwarding findings to {options.Target.GetLeftPart(UriPartial.Path)}, position {_consumer}");
        _reported = bus.Time.GetTimestamp();
        var last = follow ? long.MaxValue : await LastAsync(cancellation);
        try
        {
            while (last > 0 && !await ForwardAsync(receiver, last, cancellation))
            {
                // The stream or its consumer is gone, or the bus was: all of it is made again, and the position is kept where it can be.
                await Task.Delay(RetryPause, bus.Time, cancellation);
            }
        }
        finally
        {
            await ReportAsync();
        }
    }

    private async Task<long> LastAsync(CancellationToken cancellation) => (await _jetStream.EnsureStreamAsync(streams.Findings, cancellation)).LastSequence;

    /// <summary>Forwards until the reading is interrupted. Returns whether all that was wanted is done.</summary>
    private async Task<bool> ForwardAsync(HttpReceiver receiver, long last, CancellationToken cancellation)
    {
        try
        {
            await _jetStream.EnsureStreamAsync(streams.Findings, cancellation);
            await _jetStream.EnsureStreamAsync(streams.Dead, cancellation);
            await using var consumer = await _jetStream.CreateConsumerAsync(
                new ConsumerDefinition(streams.Findings.Name) { Name = _consumer, AckPolicy = AckPolicy.Explicit, AckWait = AckWait, MaxAckPending = 1, InactiveThreshold = null },
                cancellation: cancellation);
            if (consumer.Created is { Pending: 0, AckPending: 0 } && last != long.MaxValue)
            {
                return true;
            }

            while (await consumer.ReadAsync(cancellation) is { } result)
            {
                if (result.Message is not { } message)
                {
                    return result.Status == PullStatus.Closed ? throw new CommandException(ExitCode.BusUnreachable, "the bus closed the connection for good: it does not know this user any more") : false;
                }

                using (message)
                {
                    await DeliverAsync(receiver, message, cancellation);
                    message.Ack();
                    await bus.FlushAsync(HttpReceiver.Timeout, cancellation);
                    if (message.Metadata.StreamSequence >= last)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
        catch (BusException e) when (e.Kind is not (BusErrorKind.Closed or BusErrorKind.Unauthorized or BusErrorKind.NotPermitted))
        {
            await messages.WriteLineAsync($"tmesh: {e.Message}: trying again");
            return false;
        }
    }

    /// <summary>Returns once the receiver has the finding, or the dead letters do.</summary>
    private async Task DeliverAsync(HttpReceiver receiver, JetStreamMessage message, CancellationToken cancellation)
    {
        message.Headers.TryGet(BusHeaders.MessageId, out var id);
        message.Headers.TryGet(MeshTrace.Header, out var trace);
        if (Body(message, trace) is not { } body)
        {
            await RefuseAsync(message, "it is no finding", cancellation);
            return;
        }

        var backOff = new BackOff();
        for (var attempt = 1; ; attempt++)
        {
            message.InProgress();
            var outcome = await receiver.PostAsync(body, id, trace, cancellation);
            switch (outcome.Kind)
            {
                case PostOutcomeKind.Taken:
                    _taken++;
                    await ReportAsync(attempt > 1);
                    return;
                case PostOutcomeKind.Refused:
                    await RefuseAsync(message, outcome.Reason, cancellation);
                    return;
                default:
                    _retries++;
                    if (attempt == 1)
                    {
                        await messages.WriteLineAsync($"tmesh: the receiver does not take finding {id}: {outcome.Reason}; trying again until it does");
                    }

                    await WaitAsync(message, outcome.RetryAfter ?? backOff.Next(), cancellation);
                    break;
            }
        }
    }

    private ReadOnlyMemory<byte>? Body(JetStreamMessage message, string? trace) =>
        options.AsLogRecords ? FindingLogRecord.TryWrite(message.Subject, message.PayloadMemory, trace, bus.Time.GetUtcNow()) : message.PayloadMemory;

    private async Task WaitAsync(JetStreamMessage message, TimeSpan wait, CancellationToken cancellation)
    {
        while (wait > TimeSpan.Zero)
        {
            var step = wait < Sign ? wait : Sign;
            await Task.Delay(step, bus.Time, cancellation);
            message.InProgress();
            wait -= step;
        }
    }

    private async Task RefuseAsync(JetStreamMessage message, string reason, CancellationToken cancellation)
    {
        var headers = BusHeaders.Json.With(ReasonHeader, reason.Length > LongestReason ? reason[..LongestReason] : reason).With(SubjectHeader, message.Subject);

        // One that comes again after a crash is not a second letter.
        var id = $"{_consumer}.{message.Metadata.StreamSequence}";
        while (!(await _jetStream.PublishAsync(subjects.Dead(DeadService, options.Name), message.Payload, id, headers, cancellation)).IsStored)
        {
            await WaitAsync(message, RetryPause, cancellation);
        }

        _refused++;
        await messages.WriteLineAsync($"tmesh: the receiver refuses a finding on {message.Subject}: {reason}; it is a dead letter on {subjects.Dead(DeadService, options.Name)}");
    }

    private async Task ReportAsync(bool recovered)
    {
        if (recovered || bus.Time.GetElapsedTime(_reported) >= ReportInterval)
        {
            _reported = bus.Time.GetTimestamp();
            await ReportAsync();
        }
    }

    private Task ReportAsync() => messages.WriteLineAsync($"tmesh: forwarded {_taken}, refused {_refused}, attempts that failed {_retries}");
}
