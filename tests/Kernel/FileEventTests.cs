using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>What happens to files beside their opening, compared with what the program that did it knows.</summary>
[Collection(nameof(LoadedKernel))]
public class FileEventTests(LoadedKernel kernel)
{
    [KernelFact]
    public void Write_FirstOfAFile_CarriesItsFirstBytes()
    {
        using var directory = new TemporaryDirectory();
        var (trigger, events) = Run(directory, EventIds.MagicWrite);

        (string File, string Bytes, string Syscall, long Result)[] expected =
        [
            ("write", "\u007fELF", "write", 4),
            ("writev", "\u007fELF-and-much-more-than-thirty-t", "writev", 39),
            ("pwrite", "first", "pwrite64", 5),
            ("compat", "narrow", "write", 6),
        ];
        Assert.Equal(expected.Select(e => $"{directory.Path}/{e.File}"), events.Select(e => e.Text("pathname")));
        foreach (var (want, e) in expected.Zip(events))
        {
            Assert.Equal(want.Bytes, Encoding.ASCII.GetString(Convert.FromBase64String(e.Text("bytes"))));
            Assert.Equal((want.Syscall, want.Result), (e.Syscall, e.ReturnValue));
            Assert.Equal((trigger.Number(want.File + ".inode"), trigger.Number(want.File + ".dev")), (e.Number("inode"), e.Number("dev")));
        }
    }

    [KernelFact]
    public void Modification_FirstSinceTheOpen_HasBothTimes()
    {
        using var directory = new TemporaryDirectory();
        var (trigger, events) = Run(directory, EventIds.FileModification);

        string[] files = ["write", "writev", "pwrite", "compat", "resized"];
        Assert.Equal(files.Select(f => $"{directory.Path}/{f}"), events.Select(e => e.Text("file_path")));
        foreach (var (file, e) in files.Zip(events))
        {
            Assert.Equal((trigger.Number(file + ".inode"), trigger.Number(file + ".dev")), (e.Number("inode"), e.Number("dev")));
            Assert.Equal(trigger.Number(file + ".made.ctime"), e.Number("old_ctime"));
            Assert.InRange(e.Number("new_ctime"), trigger.Number(file + ".made.ctime"), trigger.Number(file + ".ctime"));
        }
    }

    [KernelFact]
    public void Unlink_InEveryWay_HasThePath()
    {
        using var directory = new TemporaryDirectory();
        var (_, events) = Run(directory, EventIds.SecurityInodeUnlink);

        Assert.Equal(
            [("unlink", $"{directory.Path}/write"), ("unlinkat", $"{directory.Path}/writev"), ("unlink", $"{directory.Path}/pwrite")],
            events.Select(e => (e.Syscall, e.Text("pathname"))));
        Assert.All(events, e => Assert.Equal((null, null, null), (e["inode"], e["dev"], e["ctime"])));
    }

    [KernelFact]
    public void WorkingDirectory_Changes_IsWhereTheProcessIs()
    {
        using var directory = new TemporaryDirectory();
        var (_, events) = Run(directory, EventIds.SetFsPwd);

        var d = directory.Path;
        Assert.Equal(
            [("chdir", d, d), ("chdir", "sub/../sub", $"{d}/sub"), ("fchdir", "", d)],
            events.Select(e => (e.Syscall, e.Text("unresolved_path"), e.Text("resolved_path"))));
    }

    [KernelFact]
    public void Mount_TriedOrDone_HasWhatWasAskedFor()
    {
        using var directory = new TemporaryDirectory();
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.SecuritySbMount), () => trigger = Trigger.Run("mount", directory.Path));

        var events = SeenEvent.Of(records, trigger.ProcessId, EventIds.SecuritySbMount);
        Assert.Equal(
            [
                ("", "/", "", (1L << 14) | (1L << 18), 0L),
                ("some-device", $"{directory.Path}/on", "tmpfs", 2L | 4L, 0L),
                ("/dev/nothing", directory.Path, "ext4", 0L, -2L),
            ],
            events.Select(e => (e.Text("dev_name"), e.Text("path"), e.Text("type"), e.Number("flags"), e.ReturnValue)));
    }

    [KernelFact]
    public void Name_NotUtf8_DoesNotBreakTheEvent()
    {
        Trigger trigger = null!;
        using var directory = new TemporaryDirectory();
        var records = kernel.Watch(new EventSet(EventIds.MagicWrite, EventIds.SecurityInodeUnlink), () => trigger = Trigger.Run("names", directory.Path));

        var events = SeenEvent.Of(records, trigger.ProcessId, EventIds.MagicWrite, EventIds.SecurityInodeUnlink);
        Assert.Equal([$"{directory.Path}/\\xffx", $"{directory.Path}/\\xffx"], events.Select(e => e.Text("pathname")));
    }

    [KernelFact]
    public void Path_DeeperThanTheWalk_IsCutAndMarked()
    {
        using var directory = new TemporaryDirectory();
        var bottom = Path.Combine(directory.Path, string.Join('/', Enumerable.Repeat("d", 300)));
        Directory.CreateDirectory(bottom);
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.MagicWrite), () => trigger = Trigger.Run("names", bottom));

        var record = Assert.Single(records, r => r.Event == EventIds.MagicWrite && r.Head.HostPid == trigger.ProcessId);
        Assert.Equal(1, record.Head.Truncated);
        var path = SeenEvent.Of(records, trigger.ProcessId, EventIds.MagicWrite)[0].Text("pathname");
        Assert.StartsWith("/d/d/d", path, StringComparison.Ordinal);
        Assert.EndsWith(@"/d/d/\xffx", path, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Path_LongerThanARecordHolds_LosesItsBeginningAndIsMarked()
    {
        using var directory = new TemporaryDirectory();
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.MagicWrite, EventIds.SecurityInodeUnlink), () => trigger = Trigger.Run("names", directory.Path, "20"));

        var own = records.Where(r => r.Head.HostPid == trigger.ProcessId).ToArray();
        Assert.Equal([EventIds.MagicWrite, EventIds.SecurityInodeUnlink], own.Select(r => r.Event));
        Assert.All(own, r => Assert.Equal(1, r.Head.Truncated));
        var name = new string('n', 250);
        var written = SeenEvent.Of(records, trigger.ProcessId, EventIds.MagicWrite)[0].Text("pathname");
        Assert.InRange(written.Length, RecordLimits.PathPartMax - 251, RecordLimits.PathPartMax + @"\xff".Length);
        Assert.EndsWith($"/{name}/{name}/\\xffx", written, StringComparison.Ordinal);
    }

    private (Trigger Trigger, List<SeenEvent> Events) Run(TemporaryDirectory directory, int id)
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(id), () => trigger = Trigger.Run("files", directory.Path));
        return (trigger, SeenEvent.Of(records, trigger.ProcessId, id));
    }
}
