using System.Globalization;

namespace TraceeMesh.Replay.Feeding;

/// <summary>How fast a capture is replayed: so many times as fast as it was recorded.</summary>
/// <param name="Factor">The factor; 0 is as fast as the mesh takes it.</param>
public readonly record struct ReplaySpeed(double Factor)
{
    /// <summary>As fast as the mesh takes it.</summary>
    public static readonly ReplaySpeed Max = new(0);

    /// <summary>Reads <c>1x</c>, <c>10x</c>, <c>0.5x</c> or <c>max</c>.</summary>
    public static bool TryParse(string text, out ReplaySpeed speed)
    {
        speed = Max;
        if (text == "max")
        {
            return true;
        }

        var read = text.EndsWith('x') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is >= 0.01 and <= 10_000
            ? factor
            : 0;
        speed = new ReplaySpeed(read);
        return read > 0;
    }

    /// <summary>How long after the start a frame is due.</summary>
    /// <param name="sinceFirst">How long after the first frame it was stored, ns.</param>
    public TimeSpan DueAfter(long sinceFirst) => Factor == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)(Math.Max(0, sinceFirst) / Factor / TimeSpan.NanosecondsPerTick));
}
