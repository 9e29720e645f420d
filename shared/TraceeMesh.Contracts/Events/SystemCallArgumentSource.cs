namespace TraceeMesh.Contracts.Events;

/// <summary>Where an argument of a system call comes from. Twin of <c>enum argument_source</c> in bpf/include/records.h.</summary>
[Flags]
public enum SystemCallArgumentSource : byte
{
    /// <summary>The first register of the call.</summary>
    None = 0,

    /// <summary>The bits that say which register, by its place in the call's order.</summary>
    Register = 7,

    /// <summary>The low half; the high half is in the next register.</summary>
    Pair = 1 << 3,

    /// <summary>32 bits, extended by their sign.</summary>
    Signed = 1 << 4,

    /// <summary>The bits that say how much of it the event shows: a <see cref="SystemCallArgumentWidth"/>.</summary>
    Width = 3 << 5,
}

/// <summary>How much of a register the event shows. Twin of <c>enum argument_width</c>.</summary>
public enum SystemCallArgumentWidth : byte
{
    /// <summary>All of it.</summary>
    Whole = 0,

    /// <summary>32 bits, signed.</summary>
    Int = 1,

    /// <summary>32 bits, unsigned.</summary>
    UInt = 2,

    /// <summary>16 bits, unsigned.</summary>
    UShort = 3,
}
