namespace TraceeMesh.Contracts;

/// <summary>How every program of the mesh ends: the one table of process exit codes. <c>docs/exit-codes.md</c> explains them to people.</summary>
public static class ExitCode
{
    /// <summary>It did what was asked.</summary>
    public const int Ok = 0;

    /// <summary>It did not, for a reason without a number of its own; <c>tmesh ledger</c>: the books do not balance.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary><c>tmesh ledger --no-loss</c>: the books balance and something was lost.</summary>
    public const int Lost = 2;

    /// <summary><c>tmesh get</c>: the data source has no such key.</summary>
    public const int NotFound = 3;

    /// <summary><c>tmesh get</c>: the data source does not take keys of this kind.</summary>
    public const int KeyNotSupported = 4;

    /// <summary><c>tmesh get</c>: nobody answered in time, or the owner could not.</summary>
    public const int Unavailable = 5;

    /// <summary>The kernel has no BTF (<c>/sys/kernel/btf/vmlinux</c>).</summary>
    public const int NoBtf = 10;

    /// <summary>A capability or root is missing.</summary>
    public const int NoPrivilege = 11;

    /// <summary>No NATS server answers at the address, or it refuses the credentials.</summary>
    public const int BusUnreachable = 12;

    /// <summary>An address that was asked for by name is in use.</summary>
    public const int PortTaken = 13;

    /// <summary>The disk of the state directory is full.</summary>
    public const int DiskFull = 14;

    /// <summary>Another mesh runs from the same state directory.</summary>
    public const int AlreadyRunning = 15;

    /// <summary>A program or library the mesh stands on is not installed.</summary>
    public const int MissingDependency = 16;

    /// <summary>The kernel refused the programs: lockdown, a missing file system, or its verifier.</summary>
    public const int KernelRefused = 17;
}
