using TraceeMesh.DataSourceApi.Log;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>Who waits for the outcome of which write, and the outcomes of the last. Not thread-safe.</summary>
internal sealed class PendingOutcomes
{
    /// <summary>Outcomes remembered, for clients that send a write again.</summary>
    public const int Remembered = 4096;

    private readonly Dictionary<Guid, TaskCompletionSource<WriteOutcome>> _waiting = [];
    private readonly Dictionary<Guid, WriteOutcome> _recent = [];
    private readonly Queue<Guid> _order = new();

    /// <summary>Waits for a write that is about to be stored.</summary>
    public Task<WriteOutcome> Expect(Guid id)
    {
        if (!_waiting.TryGetValue(id, out var waiting))
        {
            _waiting[id] = waiting = new TaskCompletionSource<WriteOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return waiting.Task;
    }

    /// <summary>A write is not stored, or nobody knows.</summary>
    public void Fail(Guid id, Exception reason)
    {
        if (_waiting.Remove(id, out var waiting))
        {
            waiting.SetException(reason);
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public void Forget(Guid id) => _waiting.Remove(id);

    /// <summary>The outcome of one of the last writes.</summary>
    public WriteOutcome? Find(Guid id) => _recent.GetValueOrDefault(id);

    /// <summary>A write was decided.</summary>
    public void Decide(Guid id, WriteOutcome outcome)
    {
        if (_recent.TryAdd(id, outcome))
        {
            _order.Enqueue(id);
            if (_order.Count > Remembered)
            {
                _recent.Remove(_order.Dequeue());
            }
        }

        if (_waiting.Remove(id, out var waiting))
        {
            waiting.SetResult(outcome);
        }
    }
}
