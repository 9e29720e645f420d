namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>
/// Asks for the last sequence of a stream, one question at a time: all who come while one is on its way share the next, which is sent
/// behind them all and so knows of every write acknowledged before any of them came.
/// </summary>
/// <param name="ask">Asks the bus.</param>
internal sealed class SharedLastSequence(Func<Task<long>> ask)
{
    private readonly Lock _gate = new();
    private Task<long> _current = Task.FromResult(0L);
    private Task<long>? _next;

    public Task<long> ReadAsync()
    {
        lock (_gate)
        {
            if (_current.IsCompleted)
            {
                return _current = ask();
            }

            return _next ??= AskNextAsync(_current);
        }
    }

    private async Task<long> AskNextAsync(Task current)
    {
        await current.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<long> asked;
        lock (_gate)
        {
            _next = null;
            asked = _current = ask();
        }

        return await asked;
    }
}
