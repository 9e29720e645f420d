using TraceeMesh.Contracts;

namespace TraceeMesh.Signatures;

/// <summary>An executable or interpreter, in an answer of <c>tracee/process_tree</c>.</summary>
/// <param name="value">The map as it travelled.</param>
public readonly struct ExecutedFile(DataValue value)
{
    /// <summary>Its path; empty unknown.</summary>
    public string Path => value["path"].Text;

    /// <summary>Its inode.</summary>
    public ulong Inode => value["inode"].Unsigned;

    /// <summary>Number of the device it is on.</summary>
    public uint Device => (uint)value["device"].Integer;

    /// <summary>When its inode changed last, ns since the epoch.</summary>
    public long Ctime => value["ctime"].Integer;

    /// <summary>Its type and permissions, as <c>stat</c> has them.</summary>
    public int Mode => (int)value["mode"].Integer;
}
