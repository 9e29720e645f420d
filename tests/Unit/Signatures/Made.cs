using System.Net;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>Events, answers and verdicts that the tests of signatures have in common.</summary>
internal static class Made
{
    public const string Container = "270f747aa981270f747aa981270f747aa981270f747aa981270f747aa981270f";
    public const int Read = 0x8000;
    public const int Write = 0x8001;
    public const int ReadWrite = 0x8002;
    public const int PathOnly = 0x200000;

    public static Event Open(string path, int flags) => EventMaker.Make("security_file_open", ("pathname", path), ("flags", flags));

    public static Event Rename(string from, string to) => EventMaker.Make("security_inode_rename", ("old_path", from), ("new_path", to));

    public static Event Exec(string path, string? asked = null, string previous = "bash") =>
        EventMaker.Make("sched_process_exec", ("pathname", path), ("cmdpath", asked ?? path), ("prev_comm", previous));

    public static Event ExecWith(params string[] environment) => EventMaker.Make("sched_process_exec", ("pathname", "/bin/true"), ("cmdpath", "/bin/true"), ("env", environment));

    public static Event Connect(DataValue remote, int descriptor = 5, int type = 1) =>
        EventMaker.Make("security_socket_connect", ("sockfd", descriptor), ("type", type), ("remote_addr", remote));

    public static DataValue Internet(string ip, int port) => ip.Contains(':', StringComparison.Ordinal)
        ? DataValue.MapOf(("sa_family", "AF_INET6"), ("sin6_addr", ip), ("sin6_port", $"{port}"), ("sin6_flowinfo", "0"), ("sin6_scopeid", "0"))
        : DataValue.MapOf(("sa_family", "AF_INET"), ("sin_addr", ip), ("sin_port", $"{port}"));

    public static DataValue Unix(string path) => DataValue.MapOf(("sa_family", "AF_UNIX"), ("sun_path", path));

    public static Event Inside(this Event e) => e.InContainer(Container);

    public static Event By(this Event e, string executable)
    {
        e.Context.Executable = Utf8Text.From(executable);
        e.Context.ProcessName = Utf8Text.From(executable[(executable.LastIndexOf('/') + 1)..]);
        return e;
    }

    public static async Task<IReadOnlyList<Reported>> FindingsOn(this Signature signature, Event e, params IReadOnlyList<IDataSource> sources)
    {
        using var harness = new SignatureHarness(signature, sources);
        return await harness.Feed(e);
    }

    public static Lookup Found(DataValue values) => new(new LookupResult(LookupStatus.Found, values, 0, 1, true));

    /// <summary>A tree in which every process has the same ancestors; the first is the process asked for.</summary>
    public static FixedDataSource Tree(params (string Path, string Container, int Pid)[] lineage) => new(
        "tracee",
        "process_tree",
        _ => Found(DataValue.MapOf(("process_lineage", DataValue.Of([.. lineage.Select((p, i) => DataValue.MapOf(("timestamp", 99), ("info", DataValue.MapOf(
            ("entityId", 1000L + i),
            ("pid", p.Pid),
            ("containerId", p.Container),
            ("executionBinary", DataValue.MapOf(("path", p.Path)))))))])))));

    public static FixedDataSource Names(params (string Ip, string Name)[] names) => new("tracee", "dns", key =>
        names.FirstOrDefault(n => n.Ip == key.Text) is { Name: { } name }
            ? Found(DataValue.MapOf(("ip_addresses", DataValue.Of([key])), ("dns_queries", DataValue.Of([DataValue.Of(name)])), ("dns_root", name)))
            : Lookup.Failed(IPAddress.TryParse(key.Text, out _) ? LookupStatus.NotFound : LookupStatus.KeyNotSupported));

    /// <summary>The first bytes of an ELF file for x86-64.</summary>
    public static byte[] Elf(byte type = 2) => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, type, 0, 0x3e, 0, 1, 0, 0, 0];
}
