namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>
/// How long to wait before the next attempt: twice as long each time up to a bound, and half of it by chance, so that the
/// nodes of a cluster do not all come back at once.
/// </summary>
/// <param name="first">The first wait.</param>
/// <param name="most">The longest.</param>
public sealed class BackOff(TimeSpan first, TimeSpan most)
{
    private int _failures;

    /// <summary>The time to wait now.</summary>
    public TimeSpan Next()
    {
        var wait = Math.Min(first.Ticks * Math.Pow(2, _failures), most.Ticks);
        _failures++;
        return TimeSpan.FromTicks((long)(wait * (0.5 + (Random.Shared.NextDouble() / 2))));
    }

    /// <summary>It worked: the next failure is a first one.</summary>
    public void Reset() => _failures = 0;
}
