using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Detector.State;

namespace TraceeMesh.Detector.Partitions;

/// <summary>
/// Takes and keeps this replica's share of the partitions' leases (protocol.md section 3), gives back what is another one's, and
/// runs a worker for each one owned. One loop does it all, so that sixteen silent partitions are sixteen small writes every half
/// second.
/// </summary>
public sealed partial class LeaseKeeper
{
    private readonly PartitionParts _parts;
    private readonly LeaseTimes _times;
    private readonly LeaseBucket _bucket;
    private readonly string _instance;
    private readonly string _member;
    private readonly DetectorMembers _members;
    private readonly bool[] _mine = new bool[Partitioning.Partitions];
    private readonly PartitionLease[] _leases;
    private readonly PartitionWorker?[] _workers = new PartitionWorker?[Partitioning.Partitions];
    private readonly StateBucket?[] _states = new StateBucket?[Partitioning.Partitions];
    private readonly Task?[] _givingBack = new Task?[Partitioning.Partitions];
    private long _epoch;
    private bool _reachable = true;

    /// <summary>A keeper that owns nothing yet.</summary>
    /// <param name="parts">What reading and judging needs.</param>
    /// <param name="instance">The owner's name in the records.</param>
    /// <param name="times">The times of a lease.</param>
    public LeaseKeeper(PartitionParts parts, string instance, LeaseTimes times)
    {
        _parts = parts;
        _instance = instance;
        _member = LeaseBucket.MemberPrefix + Subjects.Safe(instance);
        _members = new DetectorMembers(_member, times, parts.Time);
        _times = times;
        _bucket = new LeaseBucket(new JetStream(parts.JetStream.Connection, new JetStreamOptions { Timeout = times.Request }), parts.Streams.Leases);
        _leases = [.. Enumerable.Range(0, Partitioning.Partitions).Select(p => new PartitionLease(p, times, parts.Time))];
    }

    /// <summary>How many partitions are owned.</summary>
    public int Owned => _leases.Count(l => l.Owned);

    /// <summary>Whether the bus answered the last time leases were looked at.</summary>
    public bool Reachable => Volatile.Read(ref _reachable);

    /// <summary>Keeps leases until cancelled, then gives up all of them.</summary>
    /// <param name="passed">Called after each pass over the partitions.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Action passed, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_times.Renewal, _parts.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = Task.CompletedTask;
        try
        {
            await EnsureBucketAsync(cancellation);
            following = FollowMembersAsync(stop.Token);
            do
            {
                await PassAsync(cancellation);
                passed();
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Leases are given up below.
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll([WithdrawAsync(), .. _leases.Where(l => l.Owned).Select(l => _givingBack[l.Partition] ?? ReleaseAsync(l))]);
        }
    }

    private async Task FollowMembersAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await using var watcher = await _bucket.WatchMembersAsync(cancellation);
                while (await watcher.ReadAsync(cancellation) is { Kind: not KeyValueChangeKind.Closed } change)
                {
                    _members.Hear(change);
                }

                return;
            }
            catch (BusException e)
            {
                LogMembersUnknown(_parts.Log, e.Message);
                await Task.Delay(_times.Renewal, _parts.Time, cancellation);
            }
        }
    }

    /// <summary>Says that this replica is there. Returns whether the bus answered.</summary>
    private async Task<bool> AnnounceAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var (name, revision) in _members.Abandoned())
            {
                await _bucket.WithdrawAsync(name, revision, cancellation);
            }

            return await AnsweredAsync(await _bucket.AnnounceAsync(_member, cancellation), cancellation);
        }
        catch (BusException)
        {
            return false;
        }
    }

    // The others share at once what this replica releases.
    private async Task WithdrawAsync()
    {
        try
        {
            await _bucket.WithdrawAsync(_member, null, CancellationToken.None);
        }
        catch (BusException e)
        {
            LogNotWithdrawn(_parts.Log, e.Message);
        }
    }

    private async Task EnsureBucketAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await _bucket.EnsureAsync(cancellation);
                return;
            }
            catch (BusException e) when (e.Kind is not (BusErrorKind.NotPermitted or BusErrorKind.Closed))
            {
                LogNoBucket(_parts.Log, e.Message);
                await Task.Delay(_times.Renewal, _parts.Time, cancellation);
            }
        }
    }

    private async Task PassAsync(CancellationToken cancellation)
    {
        // After a reconnect nobody can have renewed a lease unseen; what was observed before proves nothing.
        var epoch = _parts.JetStream.Connection.Epoch;
        if (epoch != _epoch)
        {
            _epoch = epoch;
            foreach (var lease in _leases)
            {
                lease.Forget();
            }

            _members.Excuse();
        }

        foreach (var lease in _leases)
        {
            if (_givingBack[lease.Partition] is { IsCompleted: true } givenBack)
            {
                _givingBack[lease.Partition] = null;
                await givenBack;
            }
        }

        _members.Share(_mine);
        var answered = await Task.WhenAll([AnnounceAsync(cancellation), .. _leases.Select(l => l.Owned ? KeepAsync(l, cancellation) : TakeAsync(l, cancellation))]);
        Volatile.Write(ref _reachable, answered.All(a => a));
    }

    /// <summary>Renews an owned lease, or gives it back when it is another replica's. Returns whether the bus answered.</summary>
    private async Task<bool> KeepAsync(PartitionLease lease, CancellationToken cancellation)
    {
        if (_givingBack[lease.Partition] is not null)
        {
            return true;
        }

        if (_mine[lease.Partition] || lease.Uncertain)
        {
            return await RenewAsync(lease, cancellation);
        }

        // Beside the passes: a signature that takes its time must not cost the other leases.
        _givingBack[lease.Partition] = GiveBackAsync(lease);
        return true;
    }

    private async Task GiveBackAsync(PartitionLease lease)
    {
        await ReleaseAsync(lease);
        _parts.Counters.LeasesGivenBack.Add();
        LogGivenBack(_parts.Log, lease.Partition);
    }

    /// <summary>Takes a lease of this replica's share that nobody holds. Returns whether the bus answered.</summary>
    private async Task<bool> TakeAsync(PartitionLease lease, CancellationToken cancellation)
    {
        try
        {
            var (revision, record) = await _bucket.ReadAsync(lease.Key, cancellation);
            var expired = lease.Observe(revision);
            if (!_mine[lease.Partition] || (record is not null && record.Owner != LeaseRecord.Free && !expired))
            {
                return true;
            }

            var books = new PartitionBooks(record, _parts.Time);
            var sent = _parts.Time.GetTimestamp();

            // The fence is the revision that this very write gets; the first renewal tells it.
            var write = await _bucket.WriteAsync(lease.Key, books.ToRecord(_instance, 0), revision, cancellation);
            if (write.IsWritten)
            {
                var state = await ReadStateAsync(lease, lost: record?.Sequence > 0, cancellation);
                lease.Claimed(write.Revision, sent);
                _parts.Counters.LeasesTaken.Add();
                LogTaken(_parts.Log, lease.Partition, record?.Owner ?? "nobody", books.Sequence + 1);
                _workers[lease.Partition] = new PartitionWorker(_parts, lease, books, state, cancellation);
            }

            return await AnsweredAsync(write, cancellation);
        }
        catch (BusException)
        {
            lease.Forget();
            return false;
        }
    }

    /// <summary>Rewrites an owned lease with the books as they are. Returns whether the bus answered.</summary>
    private async Task<bool> RenewAsync(PartitionLease lease, CancellationToken cancellation)
    {
        try
        {
            var worker = _workers[lease.Partition]!;
            if (worker.Fault is { } fault)
            {
                LogWorkerFailed(_parts.Log, fault, lease.Partition);
                await ReleaseAsync(lease);
                return true;
            }

            if (lease.Uncertain && Mechanisms.LeaseFencing && !await FindAsync(lease, cancellation))
            {
                await LoseAsync(lease);
                return true;
            }

            // The books before the state: the state then includes every frame that the books call judged.
            var books = worker.Books.ToRecord(_instance, lease.Fence);
            if (Mechanisms.StateBeforePosition && !await _states[lease.Partition]!.StoreAsync(worker.State, lease.Fence, cancellation))
            {
                // It may be another owner's state that is in the way.
                lease.Uncertain = true;
                return false;
            }

            var sent = _parts.Time.GetTimestamp();
            var write = await _bucket.WriteAsync(lease.Key, books, lease.Revision, cancellation);
            if (write.IsWritten)
            {
                lease.Renewed(write.Revision, sent);
            }
            else
            {
                // A conflict can be the echo of an own write whose outcome was never told.
                lease.Uncertain = true;
            }

            if (write.Status == KeyValueWriteStatus.Conflict && !await FindAsync(lease, cancellation))
            {
                await LoseAsync(lease);
            }

            return await AnsweredAsync(write, cancellation);
        }
        catch (BusException)
        {
            return false;
        }
    }

    /// <summary>Reads an owned lease. Returns whether it is still this replica's.</summary>
    private async Task<bool> FindAsync(PartitionLease lease, CancellationToken cancellation)
    {
        var (revision, record) = await _bucket.ReadAsync(lease.Key, cancellation);
        if (revision != lease.Revision && !(record?.Owner == _instance && record.Fence == lease.Fence))
        {
            return false;
        }

        lease.Found(revision);
        return true;
    }

    private async Task LoseAsync(PartitionLease lease)
    {
        lease.Lost();
        _parts.Counters.LeasesLost.Add();
        LogLost(_parts.Log, lease.Partition);
        await StopAsync(lease);
    }

    private async Task ReleaseAsync(PartitionLease lease)
    {
        if (await StopAsync(lease) is { } worker)
        {
            try
            {
                if (await _states[lease.Partition]!.StoreAsync(worker.State, lease.Fence, CancellationToken.None)
                    && await _bucket.WriteAsync(lease.Key, worker.Books.ToRecord(LeaseRecord.Free, lease.Fence), lease.Revision, CancellationToken.None) is { IsWritten: false } write)
                {
                    LogNotReleased(_parts.Log, lease.Partition, write.Description ?? write.Status.ToString());
                }
            }
            catch (BusException e)
            {
                LogNotReleased(_parts.Log, lease.Partition, e.Message);
            }
        }

        lease.Lost();
    }

    private async Task<PartitionWorker?> StopAsync(PartitionLease lease)
    {
        if (_workers[lease.Partition] is not { } worker)
        {
            return null;
        }

        _workers[lease.Partition] = null;
        await worker.DisposeAsync();
        return worker;
    }

    private async Task<PartitionState> ReadStateAsync(PartitionLease lease, bool lost, CancellationToken cancellation)
    {
        var bucket = _bucket.State(lease.Partition, _parts.Log);
        _states[lease.Partition] = bucket;
        return new PartitionState(await bucket.ReadAsync(cancellation), lost, _parts.Counters);
    }

    private async Task<bool> AnsweredAsync(KeyValueWrite write, CancellationToken cancellation)
    {
        if (write.Status == KeyValueWriteStatus.NoBucket)
        {
            await _bucket.EnsureAsync(cancellation);
        }

        return write.Status is KeyValueWriteStatus.Written or KeyValueWriteStatus.Conflict;
    }

    [LoggerMessage(60, LogLevel.Information, "partition {Partition} taken from {Previous}, reading from sequence {Sequence}")]
    private static partial void LogTaken(ILogger log, int partition, string previous, long sequence);

    [LoggerMessage(61, LogLevel.Warning, "partition {Partition} is another detector's now")]
    private static partial void LogLost(ILogger log, int partition);

    [LoggerMessage(62, LogLevel.Warning, "partition {Partition} could not be released and is free in a few seconds: {Reason}")]
    private static partial void LogNotReleased(ILogger log, int partition, string reason);

    [LoggerMessage(63, LogLevel.Error, "judging partition {Partition} failed; it is given up and taken anew")]
    private static partial void LogWorkerFailed(ILogger log, Exception e, int partition);

    [LoggerMessage(65, LogLevel.Information, "partition {Partition} given back: another detector judges it from now on")]
    private static partial void LogGivenBack(ILogger log, int partition);

    [LoggerMessage(66, LogLevel.Warning, "which other detectors there are is not known yet: {Reason}")]
    private static partial void LogMembersUnknown(ILogger log, string reason);

    [LoggerMessage(67, LogLevel.Warning, "the others learn in a few seconds only that this detector has ended: {Reason}")]
    private static partial void LogNotWithdrawn(ILogger log, string reason);

    [LoggerMessage(64, LogLevel.Warning, "the bucket of leases is not there yet: {Reason}")]
    private static partial void LogNoBucket(ILogger log, string reason);
}
