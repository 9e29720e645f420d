using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;
using TraceeMesh.TestKit.Dns;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Decoding;

public sealed class EventDecodingTests
{
    private static readonly ulong Seed = EntityIds.Seed(RawFrames.Node, RawFrames.Boot);

    private readonly CutterHarness _harness = new();
    private readonly RecordBuilder _records = new();

    [Fact]
    public void Any_Head_BecomesTheContext()
    {
        _records.Head.Flags = RecordFlags.Compat;
        var c = Decode(_records.Ptrace()).Context;

        Assert.Equal((EventIds.Ptrace, 3, 0UL, 0L), (c.EventId, c.Cpu, c.Sequence, c.Position));
        Assert.Equal(RawFrames.BootEpoch + 5_000_000_000, c.Timestamp);
        Assert.Equal(RawFrames.BootEpoch + 4_000_000_001, c.ThreadStartTime);
        Assert.Equal((10, 11, 9), (c.ProcessId, c.ThreadId, c.ParentProcessId));
        Assert.Equal((1000, 1001, 900), (c.HostProcessId, c.HostThreadId, c.HostParentProcessId));
        Assert.Equal((65534, 65533), (c.UserId, c.GroupId));
        Assert.Equal((4026531841u, 4026531836u, 77UL), (c.MountNamespace, c.PidNamespace, c.CgroupId));
        Assert.Equal((-2L, 257, ContextFlags.IsCompat), (c.ReturnValue, c.Syscall, c.Flags));
        Assert.Equal(EntityIds.Of(Seed, 1001, 4_000_000_001), c.ThreadEntityId);
        Assert.Equal(EntityIds.Of(Seed, 1000, 4_000_000_000), c.ProcessEntityId);
        Assert.Equal(EntityIds.Of(Seed, 900, 3_000_000_000), c.ParentEntityId);
        Assert.Equal("tester", c.ProcessName.ToString());
        Assert.Equal("host-a", c.HostName.ToString());
        Assert.True(c.ContainerId.IsEmpty);
    }

    [Fact]
    public void Any_PrivateUtsNamespace_HasTheTasksHostName()
    {
        _records.Head.Flags = RecordFlags.UtsPrivate;
        var e = Decode(_records.SystemCall(EventIds.Ptrace, [4], "270f747aa981"));

        Assert.Equal("270f747aa981", e.Context.HostName.ToString());
        Assert.Equal(4, e.GetNumber(0));
    }

    [Fact]
    public void Ptrace_Arguments()
    {
        var e = Decode(_records.SystemCall(EventIds.Ptrace, [16, 4711, ulong.MaxValue, 3]));

        Assert.Equal([16, 4711, -1, 3], Numbers(e));
    }

    [Fact]
    public void Fork_Arguments_TimesAreOfTheEpoch()
    {
        var e = Decode(_records.Add(EventIds.SchedProcessFork, new ForkBody
        {
            Parent = new TaskIds { Tid = 1, NsTid = 2, Pid = 3, NsPid = 4, StartTime = 5 },
            Child = new TaskIds { Tid = 6, NsTid = 7, Pid = 8, NsPid = 9, StartTime = 10 },
            ParentProcess = new TaskIds { Tid = 11, NsTid = 12, Pid = 13, NsPid = 14, StartTime = 15 },
            Leader = new TaskIds { Tid = 16, NsTid = 17, Pid = 18, NsPid = 19, StartTime = 0 },
        }));

        var b = RawFrames.BootEpoch;
        Assert.Equal([1, 2, 3, 4, b + 5, 6, 7, 8, 9, b + 10, 11, 12, 13, 14, b + 15, 16, 17, 18, 19, 0], Numbers(e));
    }

    [Fact]
    public void Exec_Arguments()
    {
        var body = new ExecBody
        {
            Inode = 1, Ctime = 2, InterpreterInode = 3, InterpreterCtime = 4, Dev = 5, InterpreterDev = 6,
            InodeMode = 0x81ed, StdinType = 0x2000, InvokedFromKernel = 1, HasEnv = 1, PreviousComm = RecordBuilder.CommOf("bash"),
        };
        var e = Decode(_records.Add(EventIds.SchedProcessExec, body,
            "./run", "/opt/run", "/lib/ld.so", "/bin/sh", "/dev/null", "/opt", RecordBuilder.List("./run", "", "x"), RecordBuilder.List("LD_PRELOAD=/x.so")));

        Assert.Equal("/opt/run", e.Context.Executable.ToString());
        Assert.Equal("./run", Text(e, "cmdpath"));
        Assert.Equal("/opt/run", Text(e, "pathname"));
        Assert.Equal((5, 1, 2, 0x81ed), (Number(e, "dev"), Number(e, "inode"), Number(e, "ctime"), Number(e, "inode_mode")));
        Assert.Equal("/lib/ld.so", Text(e, "interpreter_pathname"));
        Assert.Equal((6, 3, 4), (Number(e, "interpreter_dev"), Number(e, "interpreter_inode"), Number(e, "interpreter_ctime")));
        Assert.Equal(["./run", "", "x"], Texts(e, "argv"));
        Assert.Equal("/bin/sh", Text(e, "interp"));
        Assert.Equal((0x2000, 1), (Number(e, "stdin_type"), Number(e, "invoked_from_kernel")));
        Assert.Equal("/dev/null", Text(e, "stdin_path"));
        Assert.Equal("bash", Text(e, "prev_comm"));
        Assert.Equal(["LD_PRELOAD=/x.so"], Texts(e, "env"));
        Assert.Equal("/opt", Text(e, "pwd"));
    }

    [Fact]
    public void Exec_EnvironmentNotWanted_IsAbsent()
    {
        var e = Decode(_records.Add(EventIds.SchedProcessExec, default(ExecBody), "a", "/a", "", "", "", "", "", ""));

        Assert.False(e.Arguments[e.Definition.IndexOf("env")].Present);
        Assert.True(e.Arguments[e.Definition.IndexOf("argv")].Present);
    }

    [Fact]
    public void Exit_Arguments()
    {
        var e = Decode(_records.Add(EventIds.SchedProcessExit, new ExitBody { ExitCode = -1, SignalCode = 9, ProcessGroupExit = 1 }));

        Assert.Equal([-1, 9, 1], Numbers(e));
    }

    [Theory]
    [InlineData(EventIds.CgroupMkdir)]
    [InlineData(EventIds.CgroupRmdir)]
    public void Cgroup_Arguments(int id)
    {
        var e = Decode(_records.Cgroup(id, 1UL << 40, "/a/b", hierarchy: 12));

        Assert.Equal((1L << 40, "/a/b", 12L), (Number(e, "cgroup_id"), Text(e, "cgroup_path"), Number(e, "hierarchy_id")));
    }

    [Fact]
    public void CgroupAttachTask_Arguments()
    {
        var e = Decode(_records.Add(EventIds.CgroupAttachTask, new CgroupAttachBody { Pid = 12, Comm = RecordBuilder.CommOf("runc") }, "/docker"));

        Assert.Equal(("/docker", "runc", 12L), (Text(e, "cgroup_path"), Text(e, "comm"), Number(e, "pid")));
    }

    [Fact]
    public void FileOpen_Arguments()
    {
        var e = Decode(_records.Add(EventIds.SecurityFileOpen, new FileOpenBody { Inode = 1, Ctime = 2, Dev = 3, Flags = 0x8001 }, "/etc/sudoers", "sudoers"));

        Assert.Equal(("/etc/sudoers", "sudoers"), (Text(e, "pathname"), Text(e, "syscall_pathname")));
        Assert.Equal((0x8001L, 3L, 1L, 2L), (Number(e, "flags"), Number(e, "dev"), Number(e, "inode"), Number(e, "ctime")));
    }

    [Fact]
    public void Rename_Arguments_AreNormalPaths()
    {
        var e = Decode(_records.Add(EventIds.SecurityInodeRename, default(RenameBody), "/tmp", "./a", "/etc/x", "../sudoers"));

        Assert.Equal(("/tmp/a", "/etc/sudoers"), (Text(e, "old_path"), Text(e, "new_path")));
    }

    [Fact]
    public void NetPacketDns_Arguments()
    {
        var message = new DnsBuilder(id: 7).Question("a.test", DnsBuilder.A)
            .Answer("a.test", DnsBuilder.Cname, 60, "b.test").Answer("b.test", DnsBuilder.A, 30, "192.0.2.1")
            .Additional([0], DnsBuilder.Opt, 1232, 0, [0, 10, 0, 2, 0xab, 0xcd]).Bytes;
        var body = new NetPacketDnsBody { PayloadSize = (uint)message.Length, SourcePort = 53, DestinationPort = 4711, IpVersion = 4, Protocol = 17, Direction = PacketDirection.Ingress };
        ((ReadOnlySpan<byte>)[127, 0, 0, 53]).CopyTo(body.Source);
        ((ReadOnlySpan<byte>)[127, 0, 0, 1]).CopyTo(body.Destination);

        var e = Decode(_records.AddBytes(EventIds.NetPacketDns, MemoryMarshal.AsBytes(new ReadOnlySpan<NetPacketDnsBody>(in body)), [message]));

        Assert.Equal(("127.0.0.53", "127.0.0.1", 53L, 4711L), (Text(e, "src"), Text(e, "dst"), Number(e, "src_port"), Number(e, "dst_port")));
        Assert.Equal((1000, "tester"), (e.Context.HostProcessId, e.Context.ProcessName.ToString()));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            EventJson.Write(json, e);
        }

        var arguments = JsonNode.Parse(stream.ToArray())!["args"]!.AsArray();
        Assert.Equal(("trace.PacketMetadata", 1), ((string?)arguments[4]!["type"], (int?)arguments[4]!["value"]!["direction"]));
        Assert.Equal("trace.ProtoDNS", (string?)arguments[5]!["type"]);
        const string Empty = """
            "SOA":{"MName":"","RName":"","serial":0,"refresh":0,"retry":0,"expire":0,"minimum":0},"SRV":{"priority":0,"weight":0,"port":0,"name":""},"MX":{"preference":0,"name":""}
            """;
        const string End = """
            "URI":{"priority":0,"weight":0,"target":""},"TXT":""
            """;
        var expected = $$"""
            {"ID":7,"QR":1,"opCode":"query","AA":0,"TC":0,"RD":1,"RA":1,"Z":0,"responseCode":"no error","QDCount":1,"ANCount":2,"NSCount":0,"ARCount":1,
             "questions":[{"name":"a.test","type":"A","class":"IN"}],
             "answers":[
              {"name":"a.test","type":"CNAME","class":"IN","TTL":60,"IP":"","NS":"","CNAME":"b.test","PTR":"","TXTs":null,{{Empty}},"OPT":null,{{End}}},
              {"name":"b.test","type":"A","class":"IN","TTL":30,"IP":"192.0.2.1","NS":"","CNAME":"","PTR":"","TXTs":null,{{Empty}},"OPT":null,{{End}}}],
             "authorities":[],
             "additionals":[{"name":"","type":"OPT","class":"Unknown","TTL":0,"IP":"","NS":"","CNAME":"","PTR":"","TXTs":null,{{Empty}},"OPT":[{"code":"Cookie","data":"abcd"}],{{End}}}]}
            """;
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), arguments[5]!["value"]!.ToJsonString());
    }

    [Fact]
    public void NetPacketDns_WithoutAReadableMessage_IsAnEventWithoutOne()
    {
        var e = Decode(_records.AddBytes(EventIds.NetPacketDns, MemoryMarshal.AsBytes([new NetPacketDnsBody { PayloadSize = 1, IpVersion = 6, Protocol = 17 }]), [(byte[])[1]]));

        Assert.Equal(("::", false), (Text(e, "src"), e.Arguments[5].Present));
        Assert.Equal(DataKind.Nil, e.GetStructure(5).Kind);
    }

    [Fact]
    public void Container_FirstExecInANewMountNamespace_StartsIt()
    {
        var id = new string('a', 64);
        _records.Head.CgroupId = 1;
        _records.Head.HostPid = 900;
        _records.Head.LeaderStartTime = 3_000_000_000;
        _records.Exec("/usr/bin/containerd-shim");
        _records.Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{id}");
        _records.Head = RecordBuilder.DefaultHead();
        _records.Exec("/usr/bin/runc"); // still in the runtime's namespace
        _records.Head.MountNamespace = 4026532999;
        _records.Exec("/entrypoint");

        _harness.Give(0, _records);

        var flags = new List<(string Id, ContextFlags Flags)>();
        foreach (var frame in _harness.Frames)
        {
            CutterHarness.Read(frame.Bytes, e => flags.Add((e.Context.ContainerId.ToString(), e.Context.Flags)));
        }

        Assert.Equal([("", ContextFlags.None), ("", ContextFlags.None), (id, ContextFlags.None), (id, ContextFlags.None), (id, ContextFlags.ContainerStarted)], flags);
    }

    private Event Decode(RecordBuilder records)
    {
        _harness.Give(0, records);
        Assert.Empty(_harness.BadRecords);
        return _harness.Single();
    }

    private static long[] Numbers(Event e) => e.Arguments.ToArray().Select(a => a.Number).ToArray();

    private static long Number(Event e, string name) => e.GetNumber(e.Definition.IndexOf(name));

    private static string Text(Event e, string name) => e.GetText(e.Definition.IndexOf(name)).ToString();

    private static string[] Texts(Event e, string name) => e.GetTexts(e.Definition.IndexOf(name)).ToArray().Select(t => t.ToString()).ToArray();
}
