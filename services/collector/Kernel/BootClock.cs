namespace TraceeMesh.Collector.Kernel;

/// <summary>The clock the kernel side stamps with. Not an ambient clock: nothing but comparisons with records uses it.</summary>
public static unsafe class BootClock
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Nanoseconds since boot, suspends included.</summary>
    public static ulong Now()
    {
        LibC.Timespec time;
        _ = LibC.ClockGetTime(LibC.ClockBoottime, &time);
        return ((ulong)time.Seconds * NanosecondsPerSecond) + (ulong)time.Nanoseconds;
    }
}
