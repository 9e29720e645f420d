namespace TraceeMesh.Collector.Framing;

/// <summary>
/// What turns the kernel's times (ns since boot) into times since the epoch. It follows the wall clock in steps, not with
/// every breath, so that the start of a thread is the same number in each of its events.
/// </summary>
/// <param name="time">The wall clock.</param>
/// <param name="sinceBoot">The kernel's clock, ns since boot.</param>
public sealed class BootEpoch(TimeProvider time, Func<ulong> sinceBoot)
{
    /// <summary>How far the wall clock may be off before the difference is taken anew.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(1);

    /// <summary>The difference in force, ns.</summary>
    public long Nanoseconds { get; private set; } = Measure(time, sinceBoot);

    /// <summary>Goes on with a difference that was in force before, unless it is off by now.</summary>
    public void Restore(long nanoseconds)
    {
        Nanoseconds = nanoseconds;
        Follow();
    }

    /// <summary>Looks at both clocks.</summary>
    public void Follow()
    {
        var measured = Measure(time, sinceBoot);
        if (Math.Abs(measured - Nanoseconds) > (long)Tolerance.TotalNanoseconds)
        {
            Nanoseconds = measured;
        }
    }

    private static long Measure(TimeProvider time, Func<ulong> sinceBoot) =>
        ((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick) - (long)sinceBoot();
}
