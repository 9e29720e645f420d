namespace TraceeMesh.Bus;

/// <summary>
/// The requests awaiting their reply: a bounded array of reusable slots. A reply finds its slot by the slot's number and
/// generation in its subject, so that a late reply never completes a later request.
/// </summary>
internal sealed class RequestTable : IDisposable
{
    /// <summary>How precise time-outs are; one timer serves all requests and rests while there are none.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly PendingRequest?[] _slots;
    private readonly Stack<PendingRequest> _free = new();
    private int _used;
    private int _inFlight;
    private int _armed;
    private long _timeouts;

    public RequestTable(TimeProvider time, int capacity)
    {
        _time = time;
        _slots = new PendingRequest?[capacity];
        _timer = time.CreateTimer(static state => ((RequestTable)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int InFlight => Volatile.Read(ref _inFlight);

    public long Timeouts => Interlocked.Read(ref _timeouts);

    /// <summary>Takes a slot; null when all are taken.</summary>
    public PendingRequest? TryStart(TimeSpan timeout)
    {
        PendingRequest? request;
        lock (_gate)
        {
            if (!_free.TryPop(out request))
            {
                if (_used == _slots.Length)
                {
                    return null;
                }

                request = new PendingRequest(this, _used);
                Volatile.Write(ref _slots[_used++], request);
            }
        }

        request.Start(_time.GetTimestamp() + (long)(timeout.TotalSeconds * _time.TimestampFrequency));
        Interlocked.Increment(ref _inFlight);
        Arm();
        return request;
    }

    /// <summary>Claims the request a reply belongs to; null when nobody waits for it any more.</summary>
    public PendingRequest? TryClaim(int slot, long generation) =>
        (uint)slot < (uint)_slots.Length && Volatile.Read(ref _slots[slot]) is { } request && request.TryClaim(generation) ? request : null;

    public void Release(PendingRequest request)
    {
        Interlocked.Decrement(ref _inFlight);
        lock (_gate)
        {
            _free.Push(request);
        }
    }

    /// <summary>Completes everything in flight: none of it will be answered.</summary>
    public void CompleteAll(ReplyStatus status)
    {
        foreach (var request in Started())
        {
            if (request!.TryClaimCurrent())
            {
                request.Complete(new BusReply(status));
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private ReadOnlySpan<PendingRequest?> Started() => _slots.AsSpan(0, Volatile.Read(ref _used));

    private void Arm()
    {
        if (Interlocked.CompareExchange(ref _armed, 1, 0) == 0)
        {
            _timer.Change(SweepInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        var now = _time.GetTimestamp();
        foreach (var request in Started())
        {
            var generation = request!.InFlightGeneration;
            if (generation != 0 && request.Deadline <= now && request.TryClaim(generation))
            {
                Interlocked.Increment(ref _timeouts);
                request.Complete(new BusReply(ReplyStatus.Timeout));
            }
        }

        Volatile.Write(ref _armed, 0);
        if (InFlight > 0)
        {
            Arm();
        }
    }
}
