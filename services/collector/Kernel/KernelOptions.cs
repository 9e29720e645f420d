namespace TraceeMesh.Collector.Kernel;

/// <summary>How the kernel side is set up.</summary>
public sealed record KernelOptions
{
    /// <summary>Bytes of the ring when nothing else is said: 10 seconds at 20 000 events/s of 160 bytes.</summary>
    public const uint DefaultRingBytes = 32 * 1024 * 1024;

    /// <summary>Bytes of the ring: a power of two, at least a page.</summary>
    public uint RingBytes { get; init; } = DefaultRingBytes;

    /// <summary>Of the ring in hundredths, when nothing else is said: what is shed is missed, and nothing is while half the room is left.</summary>
    public const int DefaultShedAbove = 50;

    /// <summary>How full the ring is, in hundredths, when the first events are shed (<see cref="Shedding"/>); 100: none ever is.</summary>
    public int ShedAbove { get; init; } = DefaultShedAbove;

    /// <summary>The load.</summary>
    public uint LoadId { get; init; }

    /// <summary>Hash of the address of the bus that gets the frames; 32 bytes, or none.</summary>
    public ReadOnlyMemory<byte> Owner { get; init; }

    /// <summary>Where the load is pinned; null: nowhere, it ends with its collector.</summary>
    public PinDirectory? Pins { get; init; }

    /// <summary>Whether what is pinned there is gone on with.</summary>
    public bool Adopt { get; init; }
}
