namespace TraceeMesh.Cli.Up;

/// <summary>
/// Watches the disk that the bus keeps findings on. A full one stops nats-server 2.9 for good: it does not answer JetStream requests
/// any more, even when there is room again. So it is started anew then, and the services send again what was not stored.
/// </summary>
/// <param name="directory">The directory of the bus, for messages.</param>
/// <param name="free">Free bytes on its disk.</param>
/// <param name="refused">Whether the bus said that it could not write.</param>
/// <param name="restart">Starts the bus anew.</param>
/// <param name="messages">Where the person reads.</param>
public sealed class DiskWatch(string directory, Func<long> free, Func<bool> refused, Action restart, TextWriter messages)
{
    /// <summary>How often the disk is looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Below this a refused write is the disk's fault.</summary>
    public const long FullBelow = 16L * 1024 * 1024;

    /// <summary>From this on it is worth starting anew.</summary>
    public const long RoomFrom = 64L * 1024 * 1024;

    private bool _full;

    /// <summary>Looks until cancelled.</summary>
    public async Task Run(TimeProvider time, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            Look();
        }
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        var bytes = free();
        if (!_full && bytes < FullBelow && refused())
        {
            _full = true;
            messages.WriteLine($"the disk of {directory} is full: the bus stores nothing, findings wait; make room, {RoomFrom / 1024 / 1024} MiB at least");
        }
        else if (_full && bytes >= RoomFrom)
        {
            _full = false;
            messages.WriteLine($"the disk of {directory} has room again: nats-server is started anew, what was not stored is sent again");
            restart();
        }
    }
}
