using TraceeMesh.Contracts;

namespace TraceeMesh.Capture;

/// <summary>The bounds of a capture. A reader refuses what exceeds them.</summary>
public static class CaptureLimits
{
    /// <summary>Bytes of a block before compression after which a writer closes it.</summary>
    public const int BlockBytes = 1024 * 1024;

    /// <summary>Bytes of a block before compression at most: one that was almost full, and one more message of the bus.</summary>
    public const int BlockBytesMax = BlockBytes + Limits.MessageBytes + (64 * 1024);

    /// <summary>Answers of runtimes and values of data sources that a capture holds at most, together; further ones are not kept, and counted.</summary>
    public const int Facts = 100_000;

    /// <summary>Damaged places that are told of; further ones are counted.</summary>
    public const int Damages = 64;

    /// <summary>Bytes of any one text of an answer.</summary>
    public const int TextBytes = 64 * 1024;

    /// <summary>Labels of one container.</summary>
    public const int Labels = 1024;
}
