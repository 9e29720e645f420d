using System.Globalization;

namespace TraceeMesh.Grpc;

/// <summary>The header <c>grpc-timeout</c>: at most eight digits and one of the units H, M, S, m, u, n.</summary>
public static class GrpcTimeout
{
    private const int MaxDigits = 8;

    /// <summary>Reads it; false where it is none. A time longer than a timer can run becomes the longest it can.</summary>
    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        long ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => -1,
        };
        if (ticks < 0)
        {
            return false;
        }

        // Of a hundred nanoseconds there is one tick; a part of one counts as one.
        timeout = ticks == 0 ? new TimeSpan((value + 99) / 100) : new TimeSpan(Math.Min(value, Longest.Ticks / ticks) * ticks);
        return true;
    }

    /// <summary>Writes it, rounded up to a millisecond.</summary>
    public static string Format(TimeSpan timeout)
    {
        var milliseconds = (long)Math.Ceiling(Math.Max(0, timeout.TotalMilliseconds));
        return milliseconds < 100_000_000 ? $"{milliseconds}m" : $"{Math.Min(milliseconds / 1000, 99_999_999)}S";
    }

    // Timers take at most 2^32 - 2 ms.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);
}
