using Xunit;

namespace TraceeMesh.TestKit;

/// <summary>Waits on conditions.</summary>
public static class TestWait
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until a condition holds; fails the test, naming it, when it does not in time.</summary>
    public static async Task Until(Func<bool> condition, string what, double seconds = 10)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        while (!condition())
        {
            Assert.True(time.GetElapsedTime(started).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(Poll, time);
        }
    }

    /// <summary>Waits until a condition that is asked of the bus holds; fails the test, naming it, when it does not in time.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what, double seconds = 10, Func<string>? describe = null)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        while (!await condition())
        {
            Assert.True(time.GetElapsedTime(started).TotalSeconds < seconds, $"not within {seconds} s: {what}\n{describe?.Invoke()}");
            await Task.Delay(Poll, time);
        }
    }
}
