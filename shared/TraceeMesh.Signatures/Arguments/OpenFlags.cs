namespace TraceeMesh.Signatures;

/// <summary>Reads the flags of open(2) as the kernel keeps them in the opened file.</summary>
/// <example><code>if (OpenFlags.IsWrite(_flags[e])) Report(e);</code></example>
public static class OpenFlags
{
    private const long AccessMode = 0b11;
    private const long ReadOnly = 0;
    private const long WriteOnly = 1;
    private const long ReadWrite = 2;
    private const long PathOnly = 0x200000;

    /// <summary>Whether the file can be written through this opening.</summary>
    /// <example><code>if (OpenFlags.IsWrite(_flags[e])) Report(e);</code></example>
    public static bool IsWrite(long flags) => (flags & (AccessMode | PathOnly)) is WriteOnly or ReadWrite;

    /// <summary>Whether the file can be read through this opening.</summary>
    /// <example><code>if (OpenFlags.IsRead(_flags[e])) Report(e);</code></example>
    public static bool IsRead(long flags) => (flags & (AccessMode | PathOnly)) is ReadOnly or ReadWrite;
}
