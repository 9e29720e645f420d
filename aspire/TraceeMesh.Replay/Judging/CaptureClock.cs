namespace TraceeMesh.Replay.Judging;

/// <summary>
/// The time of a capture: it stands where the last frame was stored, so that what depends on time is the same each time. Timers are
/// the machine's: only the fence around signatures has some, and how long a signature hangs is no matter of the capture.
/// </summary>
public sealed class CaptureClock : TimeProvider
{
    private long _now;

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <summary>Moves on to a time, ns since the epoch; a time that went back moves nothing.</summary>
    public void MoveTo(long time) => Volatile.Write(ref _now, Math.Max(time, GetTimestamp()));

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp() / TimeSpan.NanosecondsPerTick);
}
