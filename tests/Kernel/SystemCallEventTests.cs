using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

[Collection(nameof(LoadedKernel))]
public class SystemCallEventTests(LoadedKernel kernel)
{
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int Truncate = 0x200;
    private const int Append = 0x400;
    private const int AccessAndCreation = WriteOnly | ReadWrite | Create | Exclusive | Truncate | Append;

    [KernelFact]
    public void Ptrace_Native_CarriesItsArgumentsAndResult()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("ptrace"));

        var calls = records.Where(r => r.Event == EventIds.Ptrace && r.Head.HostPid == trigger.ProcessId).ToArray();
        Assert.Equal(2, calls.Length);
        Assert.Equal([0, uint.MaxValue, 0x1122334455667788UL, 0x99aabbccUL, 0, 0], Arguments(calls[0]));
        Assert.Equal(0, calls[0].Head.ReturnValue);
        Assert.Equal(101, calls[0].Head.Syscall);
        Assert.Equal(RecordFlags.None, calls[0].Head.Flags & RecordFlags.Compat);
        Assert.Equal(-1, calls[1].Head.ReturnValue);
    }

    [KernelFact]
    public void Ptrace_ThirtyTwoBit_IsReadFromItsOwnRegisters()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("ptrace"));

        var call = Assert.Single(records, r => r.Event == EventIds.Ptrace && r.Head.HostPid == trigger.Number("compat"));
        Assert.Equal([0, 0, 0x11223344UL, 0x55667788UL, 0, 0], Arguments(call));
        Assert.Equal(26, call.Head.Syscall);
        Assert.Equal(RecordFlags.Compat, call.Head.Flags & RecordFlags.Compat);
    }

    private static ulong[] Arguments(Record call)
    {
        var body = call.Read<SystemCallBody>().Body;
        return ((ReadOnlySpan<ulong>)body.Argument).ToArray();
    }

    [KernelFact]
    public void Open_InEveryWay_IsTheFileReallyOpened()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(directory.Path, "sub"));
        File.WriteAllText(Path.Combine(directory.Path, "target"), "");
        File.CreateSymbolicLink(Path.Combine(directory.Path, "link"), "target");
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("open", directory.Path));

        var opens = records
            .Where(r => r.Event == EventIds.SecurityFileOpen && r.Head.HostPid == trigger.ProcessId)
            .Select(r => (r.Head, r.Read<FileOpenBody>().Body, r.Read<FileOpenBody>().Tail))
            .Where(o => o.Tail[0].StartsWith(directory.Path + "/", StringComparison.Ordinal))
            .ToArray();
        (string Fact, string File, string Written, int Flags, int Syscall)[] expected =
        [
            ("open", "open", directory.Path + "/open", WriteOnly | Create | Truncate, 2),
            ("creat", "creat", "creat", WriteOnly | Create | Truncate, 85),
            ("openat", "openat", "sub/../openat", ReadWrite | Create | Exclusive, 257),
            ("openat2", "openat2", "openat2", ReadWrite | Create, 437),
            ("link", "target", "link", 0, 257),
            ("compat", "open", "open", Append, 5),
        ];
        Assert.Equal(expected.Length, opens.Length);
        foreach (var (want, (head, body, tail)) in expected.Zip(opens))
        {
            Assert.Equal([$"{directory.Path}/{want.File}", want.Written], tail);
            Assert.Equal((ulong)trigger.Number(want.Fact + ".inode"), body.Inode);
            Assert.Equal((uint)trigger.Number(want.Fact + ".dev"), body.Dev);
            Assert.Equal((ulong)trigger.Number(want.Fact + ".ctime"), body.Ctime);
            Assert.Equal(want.Flags, body.Flags & AccessAndCreation);
            Assert.Equal(want.Syscall, head.Syscall);
            Assert.Equal(want.Fact == "compat", (head.Flags & RecordFlags.Compat) != 0);
            Assert.True(head.ReturnValue > 2);
        }
    }

    [KernelFact]
    public void Open_PathDeeperThanTheWalk_LosesItsBeginningAndSaysSo()
    {
        using var directory = new TemporaryDirectory();
        var deep = string.Join('/', Enumerable.Repeat("d", 300));
        Directory.CreateDirectory(Path.Combine(directory.Path, deep));
        var bottom = Path.Combine(directory.Path, deep);
        Trigger trigger = null!;
        Directory.CreateDirectory(Path.Combine(bottom, "sub"));
        File.WriteAllText(Path.Combine(bottom, "link"), "");
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("open", bottom));

        var open = Assert.Single(
            records,
            r => r.Event == EventIds.SecurityFileOpen && r.Head.HostPid == trigger.ProcessId && r.Read<FileOpenBody>().Tail[1] == "creat");
        Assert.Equal(1, open.Head.Truncated & 1);
        Assert.EndsWith("/d/d/d/creat", open.Read<FileOpenBody>().Tail[0], StringComparison.Ordinal);
    }

    [KernelFact]
    public void Rename_InEveryWay_CarriesDirectoriesAndNames()
    {
        using var directory = new TemporaryDirectory();
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("rename", directory.Path));

        var renames = records.Where(r => r.Event == EventIds.SecurityInodeRename && r.Head.HostPid == trigger.ProcessId).ToArray();
        var d = directory.Path;
        Assert.Equal(
            [
                ["", $"{d}/a", "", $"{d}/b"],
                [d, "b", $"{d}/sub", "c"],
                [$"{d}/sub", "c", d, "d"],
                [d, "d", d, "e"],
            ],
            renames.Select(r => r.Read<RenameBody>().Tail));
        Assert.Equal([0u, 0u, 1u, 0u], renames.Select(r => r.Read<RenameBody>().Body.Flags));
        Assert.Equal([82, 264, 316, 38], renames.Select(r => r.Head.Syscall));
    }

    [KernelFact]
    public void Head_InsideNamespaces_CarriesBothNumbersAndTheNodeName()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "");
        Trigger trigger = null!;
        var records = kernel.Watch(LoadedKernel.AllEvents, () => trigger = Trigger.Run("namespaces", file));

        var open = Assert.Single(records, r => r.Event == EventIds.SecurityFileOpen && r.Head.HostPid == trigger.Number("child"));
        Assert.Equal((1u, 1u, 0u), (open.Head.NsPid, open.Head.NsTid, open.Head.NsPpid));
        Assert.Equal((uint)trigger.ProcessId, open.Head.HostPpid);
        Assert.Equal("mesh-inside", open.NodeName<FileOpenBody>());
        Assert.Equal(file, open.Read<FileOpenBody>().Tail[0]);
        var fork = Assert.Single(records, r => r.Event == EventIds.SchedProcessFork && r.Head.HostPid == trigger.ProcessId);
        Assert.NotEqual(fork.Head.PidNamespace, open.Head.PidNamespace);
        Assert.Equal(fork.Head.MountNamespace, open.Head.MountNamespace);
        Assert.Equal(1u, fork.Read<ForkBody>().Body.Child.NsTid);
    }
}
