namespace TraceeMesh.Contracts.Records;

/// <summary>Twin of <c>enum protection_alert</c>: what mem_prot_alert alerts to. The numbers are Tracee's.</summary>
public enum ProtectionAlert
{
    /// <summary>Memory was mapped that can be written and executed.</summary>
    MappedWritableExecutable = 1,

    /// <summary>Memory became executable.</summary>
    BecameExecutable = 2,

    /// <summary>Executable memory became writable.</summary>
    ExecutableBecameWritable = 3,

    /// <summary>Memory that could be written and executed can only be executed now.</summary>
    WritableBecameExecutable = 4,
}
