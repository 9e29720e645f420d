using System.Globalization;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

[Collection(nameof(LoadedKernel))]
public class CgroupEventTests(LoadedKernel kernel)
{
    [KernelFact]
    public void Cgroup_MadeEnteredAndRemoved_IsNamedEachTime()
    {
        var name = $"mesh-test-{Environment.ProcessId}";
        var path = Path.Combine(UnifiedMount(), name);
        using var directory = new TemporaryDirectory();
        foreach (var file in (string[])["parent", "child", "successor"])
        {
            File.WriteAllText(Path.Combine(directory.Path, file), "");
        }

        ulong id = 0;
        Trigger trigger = null!;
        var records = kernel.Watch(
            LoadedKernel.AllEvents,
            () =>
            {
                Directory.CreateDirectory(path);
                try
                {
                    id = Inode(path);
                    trigger = Trigger.Run(
                        "own",
                        pid => File.WriteAllText(Path.Combine(path, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture)),
                        directory.Path);
                }
                finally
                {
                    Directory.Delete(path);
                }
            });

        var mkdir = Assert.Single(records, r => r.Event == EventIds.CgroupMkdir && r.Read<CgroupBody>().Body.CgroupId == id);
        Assert.Equal(["/" + name], mkdir.Read<CgroupBody>().Tail);
        Assert.Equal(0u, mkdir.Read<CgroupBody>().Body.HierarchyId);
        Assert.Equal((uint)Environment.ProcessId, mkdir.Head.HostPid);

        var attach = Assert.Single(records, r => r.Event == EventIds.CgroupAttachTask && r.Read<CgroupAttachBody>().Body.CgroupId == id);
        Assert.Equal((uint)trigger.ProcessId, attach.Read<CgroupAttachBody>().Body.Pid);
        Assert.Equal(["/" + name], attach.Read<CgroupAttachBody>().Tail);

        var open = Assert.Single(
            records,
            r => r.Event == EventIds.SecurityFileOpen && r.Head.HostPid == trigger.ProcessId && r.Read<FileOpenBody>().Tail[1] == "parent");
        Assert.Equal((id, 0u), (open.Head.CgroupId, open.Head.CgroupHierarchy));

        var rmdir = Assert.Single(records, r => r.Event == EventIds.CgroupRmdir && r.Read<CgroupBody>().Body.CgroupId == id);
        Assert.Equal(["/" + name], rmdir.Read<CgroupBody>().Tail);
    }

    private static ulong Inode(string path)
    {
        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%i", path]) { RedirectStandardOutput = true })!;
        return ulong.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
    }

    private static string UnifiedMount() => File.ReadLines("/proc/mounts")
        .Select(line => line.Split(' '))
        .First(columns => columns[2] == "cgroup2")[1];
}
