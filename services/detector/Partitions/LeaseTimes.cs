namespace TraceeMesh.Detector.Partitions;

/// <summary>The times of a lease (protocol.md section 3). An owner stops judging a second before anybody else may begin.</summary>
public sealed record LeaseTimes
{
    /// <summary>How often an owner rewrites its lease.</summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long after it sent its last successful write an owner goes on judging.</summary>
    public TimeSpan Judging { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For how long another replica must see no change before it takes the lease.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>After how long without a change a detector's record is removed: by then it has long not been counted.</summary>
    public TimeSpan Abandoned { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one write or read may take: two of them fit into <see cref="Judging"/>.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromMilliseconds(900);
}
