namespace TraceeMesh.Grpc;

/// <summary>What the front of a receive buffer holds.</summary>
public enum MessageFrameStatus
{
    /// <summary>The beginning of a frame, or nothing: more bytes are needed.</summary>
    Incomplete,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>A frame that claims more than the limit.</summary>
    TooLarge,

    /// <summary>No frame: its first byte is neither 0 nor 1.</summary>
    Malformed,
}
