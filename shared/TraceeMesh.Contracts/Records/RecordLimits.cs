namespace TraceeMesh.Contracts.Records;

/// <summary>The named maxima of bpf/include/records.h.</summary>
public static class RecordLimits
{
    /// <summary>Version of the layout, travels in each raw frame.</summary>
    public const int Format = 1;

    /// <summary>Bytes of a path in a tail.</summary>
    public const int PathPartMax = 4096;

    /// <summary>Bytes of all arguments of an exec.</summary>
    public const int ArgvPartMax = 16384;

    /// <summary>Bytes of the environment of an exec.</summary>
    public const int EnvPartMax = 16384;

    /// <summary>Bytes of a node name.</summary>
    public const int NamePartMax = 64;

    /// <summary>Bytes of a packet from or to port 53.</summary>
    public const int DnsPartMax = 4096;

    /// <summary>Numbers of an event read from kernel objects.</summary>
    public const int ArgumentNumbersMax = 32;

    /// <summary>Bytes of a file's beginning that magic_write carries.</summary>
    public const int MagicPartMax = 32;

    /// <summary>mem_prot_alert: the protection until now could not be read.</summary>
    public const uint ProtectionUnknown = 0xffffffff;

    /// <summary>Bytes of a task name.</summary>
    public const int CommSize = 16;

    /// <summary>Bytes of a whole record.</summary>
    public const int RecordMax = 61440;

    /// <summary>CPUs that are accounted for.</summary>
    public const int MaxCpus = 256;

    /// <summary>Records a CPU can have in the making at once.</summary>
    public const int ScratchPerCpu = 4;

    /// <summary><see cref="RecordHead.Cpu"/> of records that the collector writes itself.</summary>
    public const int CpuCollector = 0xffff;

    /// <summary>Event numbers below this have a switch in the kernel.</summary>
    public const int EventIdLimit = 1024;

    /// <summary>Nanoseconds without a drain after which the programs stop producing.</summary>
    public const long DrainTimeoutNs = 60_000_000_000;

    /// <summary>How many reasons for a drop the kernel side knows.</summary>
    public const int DropReasons = 4;

    /// <summary>How many orders there are in which events go as the ring fills.</summary>
    public const int ShedOrders = 3;

    /// <summary>Where the 32-bit table begins in the table of calls.</summary>
    public const int CallsCompat = 1024;

    /// <summary>Entries of the table of calls.</summary>
    public const int Calls = 1536;

    /// <summary>Registers a system call has for its arguments.</summary>
    public const int CallRegisters = 6;

    /// <summary>Where the width stands in <see cref="Events.SystemCallArgumentSource.Width"/>.</summary>
    public const int WidthShift = 5;

    /// <summary>Texts of a list among the arguments of a system call.</summary>
    public const int TextsMax = 256;

    /// <summary>Bytes of a socket address.</summary>
    public const int AddressPartMax = 128;

    /// <summary>Execs whose task's name before is remembered.</summary>
    public const int ExecsRemembered = 4096;

    /// <summary>Sockets to name servers whose user is remembered.</summary>
    public const int SocketsRemembered = 4096;

    /// <summary>Calls in flight whose task is remembered as it was.</summary>
    public const int CallsRemembered = 4096;

    /// <summary>Files opened for writing that are remembered until they are written.</summary>
    public const int FilesRemembered = 16384;

    /// <summary>TCP connections remembered.</summary>
    public const int FlowsRemembered = 16384;

    /// <summary>Kinds of what is remembered.</summary>
    public const int RememberedKinds = 5;

    /// <summary>Filters the kernel side holds at once.</summary>
    public const int Filters = 64;

    /// <summary>Alternatives of a filter.</summary>
    public const int FilterAlternatives = 24;

    /// <summary>Terms of an alternative.</summary>
    public const int FilterTerms = 4;

    /// <summary>Bytes of a path that a filter compares, with its NUL.</summary>
    public const int FilterPathMax = 256;

    /// <summary>Paths that all filters name together.</summary>
    public const int FilterPaths = 1024;

    /// <summary>First names that one filter compares before it looks at whole paths.</summary>
    public const int FilterRoots = 16;
}
