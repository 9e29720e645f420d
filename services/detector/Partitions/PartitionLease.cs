namespace TraceeMesh.Detector.Partitions;

/// <summary>The lease of one partition.</summary>
/// <param name="partition">The partition.</param>
/// <param name="times">The times of a lease.</param>
/// <param name="time">This replica's own clock.</param>
public sealed class PartitionLease(int partition, LeaseTimes times, TimeProvider time) : Lease($"p{partition}", times, time)
{
    /// <summary>The partition.</summary>
    public int Partition => partition;
}
