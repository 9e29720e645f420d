namespace TraceeMesh.Cli.Up;

/// <summary>How long to wait before a service that ended is started again: quick at first, slower each time, quick again after it ran well.</summary>
public sealed class RestartPolicy
{
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(10);

    /// <summary>A run of this length forgives the crashes before it.</summary>
    public static readonly TimeSpan RanWell = TimeSpan.FromSeconds(30);

    private int _inARow;

    public TimeSpan NextDelay(TimeSpan ran)
    {
        _inARow = ran >= RanWell ? 1 : _inARow + 1;
        var doubled = FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(_inARow - 1, 16));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, MaxDelay.TotalMilliseconds));
    }
}
