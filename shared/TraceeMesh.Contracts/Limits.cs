namespace TraceeMesh.Contracts;

/// <summary>The bounds of what travels. A decoder refuses what exceeds them.</summary>
public static class Limits
{
    /// <summary>Bytes after which the collector closes a raw frame.</summary>
    public const int RawFrameBytes = 64 * 1024;

    /// <summary>How long after its first record a raw frame is closed at the latest.</summary>
    public static readonly TimeSpan RawFrameAge = TimeSpan.FromMilliseconds(5);

    /// <summary>How often a frame is sent when nothing happens.</summary>
    public static readonly TimeSpan SilenceInterval = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of one message on the bus (the bus's own max_payload).</summary>
    public const int MessageBytes = 1024 * 1024;

    /// <summary>Bytes of one answer of a data source: a message less its headers.</summary>
    public const int ReplyBytes = MessageBytes - (4 * 1024);

    /// <summary>Records or events in one frame.</summary>
    public const int FrameCount = 65536;

    /// <summary>Loss ranges in one frame or account.</summary>
    public const int LossRangesKept = 64;

    /// <summary>Events of one node that wait for their container; beyond it the container that waits longest goes on.</summary>
    public const int ParkedEvents = 10_000;

    /// <summary>Ranges of parked events, and parked derived events, in one frame: what an enricher allows itself, and the records of one more raw frame.</summary>
    public const int ParkedRanges = 8192;

    /// <summary>Depth of nested values.</summary>
    public const int Depth = 16;

    /// <summary>Keys of one lookup.</summary>
    public const int LookupKeys = 1024;

    /// <summary>Bytes of a node, namespace, id or signature name.</summary>
    public const int NameBytes = 128;
}
