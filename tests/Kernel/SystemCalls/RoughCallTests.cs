using System.Text;
using TraceeMesh.Collector.Consumers;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.SystemCalls;

/// <summary>What a hostile program gives to system calls, and what calls fill in themselves.</summary>
[Collection(nameof(LoadedKernel))]
public class RoughCallTests(LoadedKernel kernel)
{
    private const string LongestList = "an-argument-of-many\0";

    [KernelTheory]
    [InlineData("mkdir")]
    [InlineData("connect")]
    [InlineData("nanosleep")]
    public void Argument_ThatFaults_IsEmptyAndMarked(string name)
    {
        var call = Assert.Single(Rough(name));

        Assert.Equal([], Part(call, 0));
        Assert.True(IsCut(call, 0));
    }

    [KernelFact]
    public void Argument_NullPointer_IsEmptyAndNotMarked()
    {
        var call = Assert.Single(Rough("rmdir"));

        Assert.Equal([], Part(call, 0));
        Assert.False(IsCut(call, 0));
    }

    [KernelFact]
    public void List_ThatFaultsOrHasNoEnd_IsCutAndMarked()
    {
        var calls = Rough("execve");

        Assert.Equal(2, calls.Count);
        Assert.Equal("tm-rough-fault"u8.ToArray(), Part(calls[0], 0));
        Assert.Equal([], Part(calls[0], 1));
        Assert.True(IsCut(calls[0], 1));
        Assert.True(IsCut(calls[0], 2));
        Assert.Equal("tm-rough-many"u8.ToArray(), Part(calls[1], 0));
        Assert.Equal(string.Concat(Enumerable.Repeat(LongestList, RecordLimits.TextsMax)), Encoding.UTF8.GetString(Part(calls[1], 1)));
        Assert.True(IsCut(calls[1], 1));
        Assert.False(IsCut(calls[1], 2));
    }

    [KernelFact]
    public void Text_BeyondThePathLimit_IsCutAtItsEndAndMarked()
    {
        var cut = Assert.Single(Rough("unlink"));
        var whole = Assert.Single(Rough("chdir"));

        Assert.Equal(RecordLimits.PathPartMax, Part(cut, 0).Length);
        Assert.True(IsCut(cut, 0));
        Assert.Equal(RecordLimits.PathPartMax - 1, Part(whole, 0).Length);
        Assert.False(IsCut(whole, 0));
    }

    [KernelFact]
    public void Text_ThatIsNoUtf8_IsTheSameBytes() =>
        Assert.Equal([(byte)'t', (byte)'m', (byte)'-', 0xff, 0xc3, (byte)'(', 0x80], Part(Assert.Single(Rough("chroot")), 0));

    [KernelFact]
    public void Text_OfAnAbsurdLength_IsCutToTheLimit()
    {
        var call = Assert.Single(Rough("setdomainname"));

        Assert.True(Part(call, 0).Length <= RecordLimits.PathPartMax);
        Assert.True(IsCut(call, 0));
    }

    [KernelFact]
    public void Exec_ThatSucceeds_CarriesWhatTheKernelCopied()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "copy");
        File.Copy(Trigger.PathOf("nothing"), path);
        var execve = EventCatalog.Find("execve")!;
        var records = kernel.Watch(
            new EventSet(execve.Id),
            () =>
            {
                using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(path, ["one", "two words"]) { Environment = { ["TM_MARK"] = "here" } })!;
                process.WaitForExit();
            },
            plan: FilterCompiler.Compile([KeyValuePair.Create(execve, (IReadOnlyList<SelectionAlternative>)[new() { Conditions = [new("pathname", SelectionCondition.OneOf) { Texts = [path] }] }])]));

        var call = Assert.Single(records);
        Assert.Equal((59, 0L), (call.Head.Syscall, call.Head.ReturnValue));
        Assert.Equal(path, Encoding.UTF8.GetString(Part(call, 0)));
        Assert.Equal($"{path}\0one\0two words\0", Encoding.UTF8.GetString(Part(call, 1)));
        Assert.Contains("TM_MARK=here\0", Encoding.UTF8.GetString(Part(call, 2)), StringComparison.Ordinal);
    }

    [KernelFact]
    public void SocketAddress_OfEveryKind_IsTheOneTheTriggerKnows()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "socket");
        Trigger trigger = null!;
        var records = kernel.Watch(Events("bind", "connect", "accept", "getsockname", "getpeername"), () => trigger = Trigger.Run("addresses", path))
            .Where(r => r.Head.HostPid == trigger.ProcessId).ToList();

        var (listens, port) = ((ushort)trigger.Number("listens"), (ushort)trigger.Number("port"));
        Assert.Equal(Inet(0), Address("bind", 0));
        Assert.Equal(Inet(listens), Address("getsockname", 0));
        Assert.Equal(Inet(listens), Address("connect", 0));
        Assert.Equal(Inet(port), Address("accept", 0));
        Assert.Equal(Inet(listens), Address("getpeername", 0));
        Assert.Equal([10, 0, 18, 103], Address("connect", 1)[..4]);
        Assert.Equal([1, 0, .. Encoding.UTF8.GetBytes(path), 0], Address("bind", 1)[..(path.Length + 3)]);
        Assert.Equal([1, 0, 0, .. "mesh-abstract"u8], Address("bind", 2));

        byte[] Address(string name, int which) => Part(records.Where(r => r.Event == EventCatalog.Find(name)!.Id).ElementAt(which), 0);

        static byte[] Inet(ushort port) => [2, 0, (byte)(port >> 8), (byte)port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    }

    private static EventSet Events(params string[] names) => new(names.Select(n => EventCatalog.Find(n)!.Id));

    private static byte[] Part(Record call, int index) => call.ReadRaw<SystemCallBody>().Parts[index + Named(call)];

    private static bool IsCut(Record call, int index) => (call.Head.Truncated & (1 << (index + Named(call)))) != 0;

    // A trigger with a uts namespace of its own has its node name first.
    private static int Named(Record call) => (call.Head.Flags & RecordFlags.UtsPrivate) != 0 ? 1 : 0;

    private List<Record> Rough(string name)
    {
        Trigger trigger = null!;
        var records = kernel.Watch(Events(name), () => trigger = Trigger.Run("rough"));
        return [.. records.Where(r => r.Head.HostPid == trigger.ProcessId && r.Head.ReturnValue < 0)];
    }
}
