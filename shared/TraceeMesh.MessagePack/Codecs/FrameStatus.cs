namespace TraceeMesh.MessagePack;

/// <summary>What is wrong with a frame or message.</summary>
public enum FrameStatus
{
    /// <summary>Nothing.</summary>
    Ok,

    /// <summary>It is not MessagePack, or ends early.</summary>
    Malformed,

    /// <summary>It is of a format version that this reader does not know.</summary>
    UnknownVersion,

    /// <summary>A field is missing or has another type or range than the format says.</summary>
    BadHeader,

    /// <summary>It exceeds one of <see cref="Contracts.Limits"/>.</summary>
    TooLarge,

    /// <summary>An event inside is not as the catalog says.</summary>
    BadEvent,

    /// <summary>An event inside is of a kind this reader does not know; the ones behind it can be read.</summary>
    UnknownEvent,

    /// <summary>There is no further event.</summary>
    End,
}
