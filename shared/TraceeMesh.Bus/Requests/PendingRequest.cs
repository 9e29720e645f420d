using System.Threading.Tasks.Sources;

namespace TraceeMesh.Bus;

/// <summary>One slot of the request table: reused, awaited once per use.</summary>
internal sealed class PendingRequest(RequestTable table, int slot) : IValueTaskSource<BusReply>
{
    private ManualResetValueTaskSourceCore<BusReply> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private long _claim; // the generation in flight, 0 once somebody has completed it
    private long _generation;

    public int Slot => slot;

    public long Deadline { get; private set; }

    public long Generation => _generation;

    /// <summary>The generation somebody waits for; 0 when nobody does.</summary>
    public long InFlightGeneration => Volatile.Read(ref _claim);

    public void Start(long deadline)
    {
        _core.Reset();
        Deadline = deadline;
        Volatile.Write(ref _claim, ++_generation);
    }

    public ValueTask<BusReply> Task(CancellationToken cancellation)
    {
        var task = new ValueTask<BusReply>(this, _core.Version);
        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation.UnsafeRegister(static (state, token) => ((PendingRequest)state!).Cancel(token), this);
        }

        return task;
    }

    /// <summary>Whoever claims a generation, and only he, completes it.</summary>
    public bool TryClaim(long generation) => generation != 0 && Interlocked.CompareExchange(ref _claim, 0, generation) == generation;

    public bool TryClaimCurrent() => TryClaim(InFlightGeneration);

    public void Complete(BusReply reply) => _core.SetResult(reply);

    public BusReply GetResult(short token)
    {
        _cancellation.Dispose();
        _cancellation = default;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            table.Release(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellation)
    {
        if (TryClaimCurrent())
        {
            _core.SetException(new OperationCanceledException(cancellation));
        }
    }
}
