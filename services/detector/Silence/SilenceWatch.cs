using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Partitions;

namespace TraceeMesh.Detector.Silence;

/// <summary>
/// Tells of services that fell silent. Every detector listens; the one that holds the lease <c>sensor_silence</c> tells. The stream of
/// heartbeats keeps the last one of each service: a silence that was told is removed from it, so that the next holder knows.
/// </summary>
/// <param name="parts">What the detector has.</param>
/// <param name="instance">This detector.</param>
/// <param name="times">The times of a lease.</param>
public sealed partial class SilenceWatch(PartitionParts parts, string instance, LeaseTimes times)
{
    private readonly Sensors _sensors = new(parts.Time);
    private readonly Lease _lease = new(SilenceAnnouncement.EventName, times, parts.Time);
    private readonly LeaseBucket _bucket = new(new JetStream(parts.JetStream.Connection, new JetStreamOptions { Timeout = times.Request }), parts.Streams.Leases);
    private readonly FindingWriter _writer = new(parts.Subjects, parts.Counters);
    private long _epoch;
    private bool _isReady;

    /// <summary>Heartbeats of services that found no room among those watched.</summary>
    public long Refused => _sensors.Refused;

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var heartbeats = parts.JetStream.Connection.Subscribe(parts.Subjects.AllHeartbeats, Hear);
        using var timer = new PeriodicTimer(times.Renewal, parts.Time);
        var last = parts.Time.GetTimestamp();
        try
        {
            do
            {
                // After a pause of this process, or of the bus, silence says nothing of the others.
                var paused = parts.Time.GetElapsedTime(last) > Heartbeat.Interval + times.Request;
                last = parts.Time.GetTimestamp();
                if (paused || parts.JetStream.Connection.Epoch != _epoch)
                {
                    _epoch = parts.JetStream.Connection.Epoch;
                    _isReady = false;
                    _sensors.Excuse();
                }

                await PassAsync(cancellation);
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    private void Hear(IncomingMessage message)
    {
        if (TryRead(message.Payload) is { } heartbeat)
        {
            _sensors.Hear(heartbeat);
        }
    }

    private async Task PassAsync(CancellationToken cancellation)
    {
        try
        {
            if (!_isReady)
            {
                await _bucket.EnsureAsync(cancellation);
                await parts.JetStream.EnsureStreamAsync(parts.Streams.Heartbeats, cancellation);
                _isReady = true;
            }

            await (_lease.Owned ? RenewAsync(cancellation) : TakeAsync(cancellation));
            if (_lease.MayJudge)
            {
                await TellAsync(cancellation);
            }
        }
        catch (BusException e)
        {
            // The next pass tries again; a lease that cannot be renewed ends by itself.
            _lease.Forget();
            _isReady = false;
            LogWaits(parts.Log, e.Message);
        }
    }

    private async Task TellAsync(CancellationToken cancellation)
    {
        foreach (var silent in _sensors.Silent())
        {
            LogSilent(parts.Log, silent.Service, silent.Instance, silent.Node);
            await parts.Judge.Findings.StoreAsync([SilenceAnnouncement.Write(_writer, silent, parts.Time.GetUtcNow())], cancellation);
            parts.Counters.SilencesTold.Add();
            if (await LastAsync(silent, cancellation) is { } message && TryRead(message.Payload.Span)?.Timestamp == silent.Timestamp)
            {
                await parts.JetStream.DeleteMessageAsync(parts.Streams.Heartbeats.Name, message.Sequence, cancellation);
            }

            _sensors.Forget(silent);
        }
    }

    // Of those that are silent now the holder before has told, unless the stream still has them; and it may have heard of others.
    private async Task TakeOverAsync(CancellationToken cancellation)
    {
        foreach (var silent in _sensors.Silent())
        {
            if (await LastAsync(silent, cancellation) is null)
            {
                _sensors.Forget(silent);
            }
        }

        var definition = new ConsumerDefinition(parts.Streams.Heartbeats.Name) { FilterSubject = parts.Subjects.AllHeartbeats, Start = ConsumerStart.LastPerSubject };
        await using var consumer = await parts.JetStream.CreateConsumerAsync(definition, cancellation: cancellation);
        for (var left = consumer.Created.Pending; left > 0; left--)
        {
            if (await consumer.ReadAsync(cancellation) is not { Message: { } message })
            {
                throw new BusException(BusErrorKind.Disconnected, "the last heartbeats could not all be read");
            }

            using (message)
            {
                if (TryRead(message.Payload) is { } heartbeat)
                {
                    _sensors.HearOf(heartbeat);
                }
            }
        }
    }

    private Task<StoredMessage?> LastAsync(Heartbeat heartbeat, CancellationToken cancellation) =>
        parts.JetStream.GetLastMessageAsync(parts.Streams.Heartbeats.Name, parts.Subjects.Heartbeat(heartbeat.Service, heartbeat.Instance), cancellation);

    private async Task TakeAsync(CancellationToken cancellation)
    {
        var (revision, record) = await _bucket.ReadAsync(_lease.Key, cancellation);
        var expired = _lease.Observe(revision);
        if (record is not null && record.Owner != LeaseRecord.Free && !expired)
        {
            return;
        }

        var sent = parts.Time.GetTimestamp();
        var write = await _bucket.WriteAsync(_lease.Key, Record(instance), revision, cancellation);
        if (write.IsWritten)
        {
            await TakeOverAsync(cancellation);
            _lease.Claimed(write.Revision, sent);
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        var sent = parts.Time.GetTimestamp();
        var write = await _bucket.WriteAsync(_lease.Key, Record(instance), _lease.Revision, cancellation);
        if (write.IsWritten)
        {
            _lease.Renewed(write.Revision, sent);
        }
        else if (write.Status == KeyValueWriteStatus.Conflict)
        {
            // Another one's, or the echo of an own write that was never answered: in both cases taken again when it is due.
            _lease.Lost();
        }
        else
        {
            _isReady = false;
        }
    }

    private async Task ReleaseAsync()
    {
        if (!_lease.Owned)
        {
            return;
        }

        try
        {
            await _bucket.WriteAsync(_lease.Key, Record(LeaseRecord.Free), _lease.Revision, CancellationToken.None);
        }
        catch (BusException e)
        {
            LogWaits(parts.Log, e.Message);
        }
    }

    private LeaseRecord Record(string owner) => new()
    {
        Owner = owner,
        Fence = _lease.Fence,
        Sequence = 0,
        StreamCreated = "",
        Nodes = new Dictionary<string, JudgedAccount>(),
    };

    private static Heartbeat? TryRead(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, MeshJson.Default.Heartbeat);
        }
        catch (JsonException)
        {
            // What is no heartbeat tells of no service.
            return null;
        }
    }

    [LoggerMessage(130, LogLevel.Error, "{Service} {Instance} of node {Node} has fallen silent")]
    private static partial void LogSilent(ILogger log, string service, string instance, string node);

    [LoggerMessage(131, LogLevel.Warning, "watching for silent services waits: {Reason}")]
    private static partial void LogWaits(ILogger log, string reason);
}
