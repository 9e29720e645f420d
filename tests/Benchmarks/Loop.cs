using System.Runtime.CompilerServices;

namespace TraceeMesh.Benchmarks;

/// <summary>Repeats something too short to be measured once.</summary>
internal static class Loop
{
    private const int Runs = 7;
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LeastQuick = TimeSpan.FromMilliseconds(20);

    // What the results come to: nothing that is measured may be left out for being of no use.
    private static long _sum;

    /// <summary>The best of several runs, and what one call allocates.</summary>
    /// <param name="quick">Shorter runs.</param>
    /// <param name="call">What is measured, given the number of the call.</param>
    public static (double Nanoseconds, double Bytes) Measure(bool quick, Func<int, int> call)
    {
        var least = quick ? LeastQuick : Least;
        var count = 1024;
        while (Time(count, call) < least)
        {
            count *= 2;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var best = TimeSpan.MaxValue;
        for (var run = 0; run < Runs; run++)
        {
            var time = Time(count, call);
            best = time < best ? time : best;
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / ((double)Runs * count);
        return (best.TotalNanoseconds / count, bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TimeSpan Time(int count, Func<int, int> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        long sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += call(i);
        }

        var time = TimeProvider.System.GetElapsedTime(started);
        Volatile.Write(ref _sum, sum);
        return time;
    }
}
