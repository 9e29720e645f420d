namespace TraceeMesh.Bus;

public sealed partial class JetStream
{
    private static readonly TimeSpan ReachWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether it is another than that of the server connected to: the two may be apart for long while the connection holds.</summary>
    public bool IsRemote => _options.Domain is not null;

    /// <summary>Calls, and where this is a remote JetStream calls again until it answers. That of the server connected to is called once.</summary>
    /// <param name="call">The call.</param>
    /// <param name="waiting">Told why it is waited for, whenever that changes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BusException">It answered, and said no; or it is not remote and did not answer.</exception>
    public async Task<T> WhenReachedAsync<T>(Func<Task<T>> call, Action<BusException> waiting, CancellationToken cancellation = default)
    {
        var told = "";
        while (true)
        {
            try
            {
                return await call();
            }
            catch (BusException e) when (IsRemote && e.Kind is (BusErrorKind.NoResponders or BusErrorKind.Timeout or BusErrorKind.Disconnected))
            {
                if (e.Message != told)
                {
                    told = e.Message;
                    waiting(e);
                }
            }

            await Task.Delay(ReachWait, Connection.Time, cancellation);
        }
    }
}
