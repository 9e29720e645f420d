using System.Text;
using TraceeMesh.Contracts.Containers;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class CgroupPathTests
{
    public static TheoryData<string, string, string, bool> Table()
    {
        var data = new TheoryData<string, string, string, bool>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "cgroup-paths.tsv")).Skip(1))
        {
            var columns = line.Split('\t');
            data.Add(columns[0], columns[1], columns[2], columns[3] == "true");
        }

        Assert.True(data.Count > 30, "the table is not there");
        return data;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void TryParse_PathOfTheTable_GivesIdRuntimeAndRoot(string path, string id, string runtime, bool root)
    {
        var found = CgroupPath.TryParse(Encoding.UTF8.GetBytes(path), out var identity);

        Assert.Equal(id.Length > 0, found);
        Assert.Equal(id, Encoding.UTF8.GetString(identity.ContainerId));
        Assert.Equal(runtime, identity.Runtime.ToString().ToLowerInvariant());
        Assert.Equal(root, identity.IsRoot);
    }

    [Fact]
    public void TryParse_AnyBytes_NeverThrows()
    {
        var random = new Random(7);
        var alphabet = "/-:.0123456789abcdefdockercri-containerd.scopelibpod-"u8.ToArray();
        for (var i = 0; i < 20000; i++)
        {
            var path = new byte[random.Next(200)];
            for (var at = 0; at < path.Length; at++)
            {
                path[at] = alphabet[random.Next(alphabet.Length)];
            }

            if (CgroupPath.TryParse(path, out var identity))
            {
                Assert.True(identity.ContainerId.Length is 28 or 64);
            }
        }
    }

    [Fact]
    public void TryParse_PathOutsideContainers_AllocatesNothing()
    {
        var path = "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-3a5e1c1f.scope"u8.ToArray();
        var found = CgroupPath.TryParse(path, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            found |= CgroupPath.TryParse(path, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(found);
    }
}
