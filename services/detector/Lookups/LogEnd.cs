using TraceeMesh.Bus;

namespace TraceeMesh.Detector.Lookups;

/// <summary>
/// Where the log of a writable data source ends: every write that was acknowledged before somebody asks is before that end. All who
/// come while one question is on its way share the next one.
/// </summary>
/// <param name="ask">Asks the bus; null where there is no such log.</param>
public sealed class LogEnd(Func<Task<StreamState?>> ask)
{
    private readonly Lock _gate = new();
    private Task<StreamState?> _current = Task.FromResult<StreamState?>(null);
    private Task<StreamState?>? _next;

    /// <summary>Asks, behind all who asked before.</summary>
    /// <returns>The log as it is now; null where there is none, or the bus does not say.</returns>
    public async ValueTask<StreamState?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await Shared().WaitAsync(cancellation);
        }
        catch (BusException)
        {
            return null;
        }
    }

    private Task<StreamState?> Shared()
    {
        lock (_gate)
        {
            if (_next is null && _current.IsCompleted)
            {
                return _current = ask();
            }

            return _next ??= AskNextAsync(_current);
        }
    }

    private async Task<StreamState?> AskNextAsync(Task current)
    {
        await current.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<StreamState?> asked;
        lock (_gate)
        {
            _next = null;
            asked = _current = ask();
        }

        return await asked;
    }
}
