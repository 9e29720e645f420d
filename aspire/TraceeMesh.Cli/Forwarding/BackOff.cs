namespace TraceeMesh.Cli.Forwarding;

/// <summary>How long to wait before the next attempt: twice as long each time, up to half a minute, never all at the same moment.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        var wait = _next;
        _next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
