namespace TraceeMesh.Benchmarks;

/// <summary>A quantile of what was measured.</summary>
internal static class Percentile
{
    /// <summary>The smallest value that so much of all values do not exceed; 0 where there are none.</summary>
    public static double Of(IEnumerable<double> values, double quantile)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
