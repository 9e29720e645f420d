using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Log;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>
/// Keeps a replica in step with its log: 1. begin with the last snapshot; 2. read the log from there, in order, and apply it; 3. be ready
/// once what the log held at the start is applied; 4. now and then write a snapshot, and drop writes whose parts were given up.
/// </summary>
public sealed partial class LogFollower
{
    /// <summary>Pairs behind the last snapshot from which on there is a new one; never fewer than there are entries, so that writing snapshots costs no more than writing.</summary>
    public const int SnapshotPairs = 100_000;

    /// <summary>Bytes behind the last snapshot from which on there is a new one; never fewer than the entries have.</summary>
    public const long SnapshotBytes = 64 << 20;

    /// <summary>How long parts wait for their commit.</summary>
    public static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SnapshotStagger = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    private readonly SourceReplica _replica;
    private readonly JetStream _jetStream;
    private readonly ILogger _log;
    private readonly SnapshotStore _snapshots;
    private readonly ChangeNotifier _notifier;
    private Task _snapshot = Task.CompletedTask;
    private DateTimeOffset _created;
    private long _lastSnapshot;
    private (long Applied, long Next) _hole;

    /// <summary>A follower that has not begun.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="jetStream">The streams.</param>
    /// <param name="buffered">Where changes are told.</param>
    /// <param name="subjects">The subjects in force.</param>
    /// <param name="log">The log.</param>
    public LogFollower(SourceReplica replica, JetStream jetStream, BusConnection buffered, Subjects subjects, ILogger log)
    {
        _replica = replica;
        _jetStream = jetStream;
        _log = log;
        _snapshots = new SnapshotStore(jetStream, subjects, (replica.Definition.Namespace, replica.Definition.Id), replica.Store);
        _notifier = new ChangeNotifier(buffered, subjects.Changed(replica.Definition.Namespace, replica.Definition.Id));
    }

    private TimeProvider Time => _jetStream.Connection.Time;

    /// <summary>Follows until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var sweep = SweepAsync(cancellation);
        var writing = _replica.Writer.RunAsync(cancellation);
        var telling = _notifier.RunAsync(cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellation);
            }
            catch (BusException e)
            {
                LogAway(_log, _replica.Definition.Name, e.Message);
            }

            await Task.Delay(RetryWait, Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(sweep, writing, telling, _snapshot).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        // 1. The last snapshot.
        var log = await _jetStream.EnsureStreamAsync(_replica.LogStream, cancellation);
        await _jetStream.EnsureStreamAsync(_replica.SnapshotStream, cancellation);
        _created = log.Created;
        if (await BeginAsync(log.FirstSequence, cancellation) is not { } begin)
        {
            return;
        }

        // 2. The log from there.
        var last = (await _jetStream.FindStreamAsync(_replica.LogStream.Name, cancellation))?.LastSequence ?? 0;
        await using var consumer = await _jetStream.CreateConsumerAsync(
            new ConsumerDefinition(_replica.LogStream.Name) { Start = ConsumerStart.AtSequence(begin.ReplayFrom) }, cancellation: cancellation);
        while (true)
        {
            // 3. Ready.
            if (!_replica.IsReady && _replica.Applied >= last)
            {
                _notifier.Begin(_replica.Applied);
                _replica.SetReady();
                LogReady(_log, _replica.Definition.Name, _replica.Count, _replica.Applied);
            }

            var result = await consumer.ReadAsync(cancellation);
            while (result.Message is { } message)
            {
                using (message)
                {
                    if (!TryApply(message, begin.AsOf))
                    {
                        return;
                    }
                }

                if (!consumer.TryRead(out result))
                {
                    break;
                }
            }

            _replica.Wake();
            if (result.Status is not PullStatus.Message && !await ResumeAsync(consumer, result.Status, begin.AsOf, cancellation))
            {
                return;
            }

            // 4. A snapshot.
            StartSnapshot(cancellation);
        }
    }

    private async Task<(long AsOf, long ReplayFrom)?> BeginAsync(long firstInLog, CancellationToken cancellation)
    {
        _notifier.End();
        var entries = _replica.BeginReset();
        if (await _snapshots.FindAsync(cancellation) is not { } found)
        {
            if (firstInLog > 1)
            {
                LogLost(_log, _replica.Definition.Name, firstInLog, _replica.SnapshotStream.Name);
            }

            var before = Math.Max(0, firstInLog - 1);
            entries.Reset(0);
            _replica.EndReset(before);
            return (before, before + 1);
        }

        if (!await _snapshots.ReadAsync(found.Commit, entries, cancellation))
        {
            // A newer one was written while this one was read; the next round begins with that.
            LogSnapshotGone(_log, _replica.Definition.Name, found.Commit.AsOf);
            return null;
        }

        _lastSnapshot = found.Commit.AsOf;
        _replica.EndReset(found.Commit.AsOf);
        return (found.Commit.AsOf, found.Commit.ReplayFrom);
    }

    // False where records are missing between what is applied and this one: they are in a snapshot by now.
    private bool TryApply(JetStreamMessage message, long asOf)
    {
        var sequence = message.Metadata.StreamSequence;
        if (sequence <= asOf)
        {
            _replica.Skip(message.Payload, sequence, message.Metadata.TimeNanoseconds);
            return true;
        }

        var hole = (_replica.Applied, sequence);
        if (sequence != _replica.Applied + 1 && hole != _hole)
        {
            // The same hole again, with the last snapshot there is: somebody deleted records, and the rest is all there is.
            LogHole(_log, _replica.Definition.Name, _replica.Applied, sequence);
            _hole = hole;
            _replica.BeginReset();
            return false;
        }

        var changes = _replica.Apply(message.Payload, sequence, message.Metadata.TimeNanoseconds);
        _notifier.Notify(changes, sequence);
        _replica.Follow();
        return true;
    }

    // False where everything begins anew: the stream is another one, or has lost its end.
    private async Task<bool> ResumeAsync(PullConsumer consumer, PullStatus status, long asOf, CancellationToken cancellation)
    {
        if (status == PullStatus.Closed)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }

        var stream = await _jetStream.FindStreamAsync(_replica.LogStream.Name, cancellation);
        if (stream is null || (stream.Created - _created).Duration() > TimeSpan.FromSeconds(1) || stream.LastSequence < _replica.Applied)
        {
            LogAnother(_log, _replica.Definition.Name, _replica.LogStream.Name);
            return false;
        }

        if (consumer.LastStreamSequence < asOf)
        {
            return false;
        }

        await consumer.RestartAsync(ConsumerStart.AtSequence(_replica.Applied + 1), cancellation);
        return true;
    }

    private void StartSnapshot(CancellationToken cancellation)
    {
        if (_snapshot.IsCompleted && _replica.IsReady && _replica.TryCopyForSnapshot(out var copy))
        {
            _snapshot = WriteSnapshotAsync(copy, cancellation);
        }
    }

    private async Task WriteSnapshotAsync(SnapshotCopy copy, CancellationToken cancellation)
    {
        try
        {
            // All replicas come here at the same record; one of them is the first.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next((int)SnapshotStagger.TotalMilliseconds)), Time, cancellation);
            var last = await _snapshots.FindAsync(cancellation);
            if (last is { } found && found.Commit.AsOf > _lastSnapshot)
            {
                _lastSnapshot = found.Commit.AsOf;
                return;
            }

            _lastSnapshot = copy.AsOf;
            if (await _snapshots.WriteAsync(copy.Entries, copy.AsOf, copy.ReplayFrom, copy.Evicted, last?.Sequence ?? 0, cancellation))
            {
                LogSnapshot(_log, _replica.Definition.Name, copy.Entries.Count, copy.AsOf);
            }
        }
        catch (Exception e) when (e is BusException or LogUnavailableException or InvalidDataException)
        {
            LogNoSnapshot(_log, _replica.Definition.Name, e.Message);
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(SweepInterval, Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var before = ((_replica.Now - OpenPatience) - DateTimeOffset.UnixEpoch).Ticks * 100;
            foreach (var id in _replica.OpenSince(before))
            {
                try
                {
                    await _replica.Writer.AbortAsync(id, cancellation);
                }
                catch (LogUnavailableException e)
                {
                    LogAway(_log, _replica.Definition.Name, e.Message);
                }
            }
        }
    }

    [LoggerMessage(120, LogLevel.Information, "{Source}: ready, {Entries} entries as of revision {Revision}")]
    private static partial void LogReady(ILogger log, string source, int entries, long revision);

    [LoggerMessage(121, LogLevel.Warning, "{Source}: {Reason}; trying again")]
    private static partial void LogAway(ILogger log, string source, string reason);

    [LoggerMessage(122, LogLevel.Warning, "{Source}: records between {Applied} and {Next} are in a snapshot by now; beginning anew with it")]
    private static partial void LogHole(ILogger log, string source, long applied, long next);

    [LoggerMessage(123, LogLevel.Error, "{Source}: the stream {Stream} was deleted, or has lost its end; beginning anew with what it holds")]
    private static partial void LogAnother(ILogger log, string source, string stream);

    [LoggerMessage(124, LogLevel.Information, "{Source}: the snapshot as of {Revision} has been replaced while it was read; reading the next")]
    private static partial void LogSnapshotGone(ILogger log, string source, long revision);

    [LoggerMessage(125, LogLevel.Information, "{Source}: snapshot of {Entries} entries as of revision {Revision} written")]
    private static partial void LogSnapshot(ILogger log, string source, int entries, long revision);

    [LoggerMessage(127, LogLevel.Error, "{Source}: the log begins with record {First} and there is no snapshot in {Stream}: what was written before is lost")]
    private static partial void LogLost(ILogger log, string source, long first, string stream);

    [LoggerMessage(126, LogLevel.Error, "{Source}: no snapshot could be written: {Reason}; the log keeps growing")]
    private static partial void LogNoSnapshot(ILogger log, string source, string reason);
}
