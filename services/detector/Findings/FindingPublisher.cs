using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Detector.Findings;

/// <summary>Publishes findings to their stream, all of a call in parallel, and again until each is acknowledged: while the bus is away, judging waits.</summary>
public sealed partial class FindingPublisher(JetStream jetStream, StreamDefinition stream, DetectorCounters counters, TimeProvider time, ILogger log) : IFindingStore
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);

    private int _blocked;

    /// <summary>Whether findings wait for the bus.</summary>
    public bool Blocked => Volatile.Read(ref _blocked) > 0;

    /// <summary>Makes sure that the stream is there.</summary>
    /// <exception cref="BusException">The bus does not answer, or refuses the definition.</exception>
    public Task EnsureStreamAsync(CancellationToken cancellation) => jetStream.EnsureStreamAsync(stream, cancellation);

    /// <inheritdoc/>
    public async Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation)
    {
        using var span = MeshTrace.Within(SpanNames.Store, ActivityKind.Producer)?.SetTag(SpanTags.Findings, findings.Count);
        var pending = await PublishAsync(findings, cancellation);
        if (pending.Count == 0)
        {
            return;
        }

        Interlocked.Increment(ref _blocked);
        try
        {
            var wait = FirstRetry;
            while (pending.Count > 0)
            {
                counters.FindingsRetried.Add(pending.Count);
                await Task.Delay(wait, time, cancellation);
                wait = wait * 2 < LastRetry ? wait * 2 : LastRetry;
                await EnsureAgainAsync(cancellation);
                pending = await PublishAsync(pending, cancellation);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _blocked);
        }
    }

    /// <summary>Publishes once. Returns those not acknowledged.</summary>
    private async Task<IReadOnlyList<Finding>> PublishAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation)
    {
        var acks = new Task<PublishAck>[findings.Count];
        var headers = MeshTrace.Inject(BusHeaders.Json);
        for (var i = 0; i < findings.Count; i++)
        {
            acks[i] = jetStream.PublishAsync(findings[i].Subject, findings[i].Payload, findings[i].Id, headers, cancellation).AsTask();
        }

        List<Finding>? missing = null;
        for (var i = 0; i < findings.Count; i++)
        {
            var ack = await acks[i];
            if (ack.IsStored && ack.Stream == stream.Name)
            {
                (ack.Status == PublishAckStatus.Duplicate ? counters.FindingsRepeated : counters.FindingsStored).Add();
                continue;
            }

            if (missing is null)
            {
                LogNotStored(log, findings[i].Id, findings[i].Subject, ack.Description ?? ack.Status.ToString());
            }

            (missing ??= []).Add(findings[i]);
        }

        return missing ?? (IReadOnlyList<Finding>)[];
    }

    private async Task EnsureAgainAsync(CancellationToken cancellation)
    {
        try
        {
            await EnsureStreamAsync(cancellation);
        }
        catch (BusException e)
        {
            LogNoStream(log, stream.Name, e.Message);
        }
    }

    [LoggerMessage(70, LogLevel.Warning, "finding {Id} on {Subject} is not stored yet: {Outcome}; judging waits")]
    private static partial void LogNotStored(ILogger log, string id, string subject, string outcome);

    [LoggerMessage(71, LogLevel.Warning, "the stream {Stream} is not there: {Reason}")]
    private static partial void LogNoStream(ILogger log, string stream, string reason);
}
