using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>Memory that becomes executable, compared with what the program that did it knows.</summary>
[Collection(nameof(LoadedKernel))]
public class MemoryEventTests(LoadedKernel kernel)
{
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const long Page = 4096;

    [KernelFact]
    public void Protection_TurnsAlarming_IsToldWithWhatItWas()
    {
        var (trigger, events) = Run(EventIds.MemProtAlert);

        var (both, plain, code) = (trigger.Number("both"), trigger.Number("plain"), trigger.Number("code"));
        (ProtectionAlert Alert, long Address, long Length, int Protection, int Before, string Syscall)[] expected =
        [
            (ProtectionAlert.MappedWritableExecutable, both, 2 * Page, Read | Write | Execute, 0, "mmap"),
            (ProtectionAlert.BecameExecutable, plain, Page, Read | Execute, Read | Write, "mprotect"),
            (ProtectionAlert.ExecutableBecameWritable, code, Page, Read | Write | Execute, Read | Execute, "mprotect"),
            (ProtectionAlert.WritableBecameExecutable, both, Page, Read | Execute, Read | Write | Execute, "mprotect"),
            (ProtectionAlert.WritableBecameExecutable, both, 2 * Page, Read | Execute, Read | Write | Execute, "mprotect"),
        ];
        Assert.Equal(
            expected,
            events.Select(e => ((ProtectionAlert)e.Number("alert"), e.Number("addr"), e.Number("len"), (int)e.Number("prot"), (int)e.Number("prev_prot"), e.Syscall)));
        Assert.All(events, e => Assert.Equal(("", 0L, 0L, 0L), (e.Text("pathname"), e.Number("dev"), e.Number("inode"), e.Number("ctime"))));
    }

    [KernelFact]
    public void File_MappedToBeExecuted_IsToldFromTheMap()
    {
        var (trigger, events) = Run(EventIds.SharedObjectLoaded);

        var libraries = events.Where(e => e.Text("pathname").Contains("libc", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(libraries);
        var mapped = events[^1];
        var file = Trigger.PathOf("nothing");
        Assert.Equal(file, mapped.Text("pathname"));
        Assert.Equal(trigger.Number("flags"), mapped.Number("flags"));
        Assert.Equal(trigger.Number("file"), mapped.ReturnValue);
        Assert.Equal((trigger.Number("object.inode"), trigger.Number("object.dev"), trigger.Number("object.ctime")), (mapped.Number("inode"), mapped.Number("dev"), mapped.Number("ctime")));
    }

    [KernelFact]
    public void Protection_ByThirtyTwoBitCalls_IsReadFromTheirArguments()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.MemProtAlert), () => trigger = Trigger.Run("narrow"));

        var events = SeenEvent.Of(records, trigger.ProcessId, EventIds.MemProtAlert);
        Assert.Equal([(1L, "mmap"), (4L, "mprotect")], events.Select(e => (e.Number("alert"), e.Syscall)));
        Assert.All(events, e => Assert.Equal((trigger.Number("memory"), Page), (e.Number("addr"), e.Number("len"))));
    }

    private (Trigger Trigger, List<SeenEvent> Events) Run(int id)
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(id), () => trigger = Trigger.Run("memory", Trigger.PathOf("nothing")));
        return (trigger, SeenEvent.Of(records, trigger.ProcessId, id));
    }
}
