using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.TestKit.Records;

/// <summary>Writes records behind each other, as the kernel side writes them.</summary>
/// <param name="first">Sequence of the first one.</param>
public sealed class RecordBuilder(ulong first = 0)
{
    private readonly List<byte> _bytes = [];
    private ulong _sequence = first;

    /// <summary>The records so far.</summary>
    public byte[] Bytes => [.. _bytes];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>What the head of the next record is like; event, size, sequence and parts are filled in.</summary>
    public RecordHead Head = DefaultHead();

    /// <summary>A head with a recognisable value in every field.</summary>
    public static RecordHead DefaultHead()
    {
        var head = new RecordHead
        {
            Cpu = 3,
            Time = 5_000_000_000,
            StartTime = 4_000_000_001,
            LeaderStartTime = 4_000_000_000,
            ParentStartTime = 3_000_000_000,
            CgroupId = 77,
            ReturnValue = -2,
            HostTid = 1001,
            HostPid = 1000,
            HostPpid = 900,
            NsTid = 11,
            NsPid = 10,
            NsPpid = 9,
            Uid = 65534,
            Gid = 65533,
            MountNamespace = 4026531841,
            PidNamespace = 4026531836,
            Syscall = 257,
        };
        head.Comm = CommOf("tester");
        return head;
    }

    /// <summary>A task name.</summary>
    public static Comm CommOf(string name)
    {
        var comm = default(Comm);
        Encoding.UTF8.GetBytes(name, comm);
        return comm;
    }

    /// <summary>Texts each ended by a NUL.</summary>
    public static string List(params string[] texts) => string.Concat(texts.Select(t => t + "\0"));

    /// <summary>Adds a record.</summary>
    public RecordBuilder Add<T>(int eventId, T body, params string[] parts)
        where T : unmanaged => AddRaw(eventId, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in body)), parts);

    /// <summary>Adds a record without a body.</summary>
    public RecordBuilder Add(int eventId) => AddRaw(eventId, [], []);

    /// <summary>Adds a record with any bytes as body.</summary>
    public RecordBuilder AddRaw(int eventId, ReadOnlySpan<byte> body, string[] parts) => AddBytes(eventId, body, Array.ConvertAll(parts, Encoding.UTF8.GetBytes));

    /// <summary>Adds a record with any bytes as body and tail.</summary>
    public RecordBuilder AddBytes(int eventId, ReadOnlySpan<byte> body, byte[][] parts)
    {
        var tail = new List<byte>();
        Span<byte> length = stackalloc byte[2];
        foreach (var bytes in parts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)bytes.Length);
            tail.AddRange(length);
            tail.AddRange(bytes);
        }

        var head = Head;
        head.Event = (ushort)eventId;
        head.Sequence = _sequence++;
        head.Parts = (ushort)parts.Length;
        head.Size = (uint)(Marshal.SizeOf<RecordHead>() + body.Length + tail.Count);
        _bytes.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<RecordHead>(in head)));
        _bytes.AddRange(body);
        _bytes.AddRange(tail);
        Count++;
        return this;
    }

    /// <summary>Adds a program's start.</summary>
    public RecordBuilder Exec(string path, params string[] argv) =>
        Add(EventIds.SchedProcessExec, new ExecBody { Inode = 5, Dev = 8, HasEnv = 1, PreviousComm = CommOf("before") }, path, path, "", "", "", "/", List(argv), List());

    /// <summary>Adds an opened file.</summary>
    public RecordBuilder Open(string path) => Add(EventIds.SecurityFileOpen, new FileOpenBody { Inode = 6, Dev = 8 }, path, path);

    /// <summary>Adds a call of ptrace.</summary>
    public RecordBuilder Ptrace(long request = 0) => SystemCall(EventIds.Ptrace, [(ulong)request]);

    /// <summary>Adds a system call by its name: the values of its registers, then the parts of its arguments that are read from memory.</summary>
    public RecordBuilder SystemCall(int eventId, ReadOnlySpan<ulong> registers, params string[] parts)
    {
        var body = default(SystemCallBody);
        registers.CopyTo(body.Argument);
        return Add(eventId, body, parts);
    }

    /// <summary>Adds a cgroup made, removed or existing.</summary>
    public RecordBuilder Cgroup(int eventId, ulong id, string path, ulong ctime = 0, uint hierarchy = 0) =>
        Add(eventId, new CgroupBody { CgroupId = id, Ctime = ctime, HierarchyId = hierarchy }, path);

    /// <summary>Adds the end of a snapshot.</summary>
    public RecordBuilder SnapshotEnd(uint shown = 0) => Add(EventIds.SnapshotEnd, new SnapshotEndBody { Shown = shown });
}
