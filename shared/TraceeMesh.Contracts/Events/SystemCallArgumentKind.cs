namespace TraceeMesh.Contracts.Events;

/// <summary>How an argument of a system call is read. Twin of <c>enum argument_kind</c> in bpf/include/records.h.</summary>
public enum SystemCallArgumentKind : byte
{
    /// <summary>The register itself.</summary>
    Plain = 0,

    /// <summary>A text ended by a NUL.</summary>
    Text = 1,

    /// <summary>A text as long as the next argument says.</summary>
    Counted = 2,

    /// <summary>A text as long as the call returned, at most as long as the next argument says.</summary>
    Result = 3,

    /// <summary>An array of pointers to texts.</summary>
    Texts = 4,

    /// <summary>An array of 32-bit pointers to texts.</summary>
    Texts32 = 5,

    /// <summary>Two ints.</summary>
    Pair = 6,

    /// <summary>Seconds and nanoseconds, 64 bits each.</summary>
    Time = 7,

    /// <summary>Seconds and nanoseconds, 32 bits each.</summary>
    Time32 = 8,

    /// <summary>A socket address as long as the next argument says.</summary>
    Address = 9,

    /// <summary>A socket address as long as what the next argument points at says.</summary>
    Peer = 10,
}
