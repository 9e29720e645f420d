namespace TraceeMesh.Contracts.Events;

/// <summary>The tables of system calls that an x86-64 kernel serves.</summary>
public enum SystemCallAbi
{
    /// <summary>The 64-bit table, with what only x32 has behind it, from 512 on.</summary>
    X64,

    /// <summary>The 32-bit table.</summary>
    I386,
}
