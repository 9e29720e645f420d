namespace TraceeMesh.Collector.Kernel;

/// <summary>How the kernel side is set up.</summary>
public sealed record KernelOptions
{
    /// <summary>Bytes of the ring when nothing else is said: 10 seconds at 20 000 events/s of 160 bytes.</summary>
    public const uint DefaultRingBytes = 32 * 1024 * 1024;

    /// <summary>Bytes of the ring: a power of two, at least a page.</summary>
    public uint RingBytes { get; init; } = DefaultRingBytes;
}
