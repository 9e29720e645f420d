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

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("..")]
    [InlineData("/../..")]
    [InlineData("/docker/..")]
    [InlineData("/docker//")]
    [InlineData("/docker/./")]
    public void TryParse_EmptyPartsAndDots_IsNoContainer(string path) => Assert.False(CgroupPath.TryParse(Encoding.UTF8.GetBytes(path), out _));

    [Theory]
    [InlineData("/docker/../{0}", "unknown", true)]
    [InlineData("//docker/{0}", "docker", true)]
    [InlineData("/docker/{0}/..", "docker", false)]
    [InlineData("/docker/{0}//", "docker", false)]
    public void TryParse_EmptyPartsAndDotsAroundAnId_AreNamesLikeAnyOther(string format, string runtime, bool root)
    {
        var id = new string('a', 64);

        Assert.True(CgroupPath.TryParse(Encoding.UTF8.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, id)), out var identity));

        Assert.Equal((id, runtime, root), (Encoding.UTF8.GetString(identity.ContainerId), identity.Runtime.ToString().ToLowerInvariant(), identity.IsRoot));
    }

    [Fact]
    public void TryParse_FourKibibytes_IsReadToItsBeginning()
    {
        var id = Encoding.UTF8.GetBytes(new string('a', 64));
        byte[] path = [.. "/docker/"u8, .. id, .. Enumerable.Repeat("/a"u8.ToArray(), 2012).SelectMany(p => p)];
        Assert.Equal(4096, path.Length);

        Assert.True(CgroupPath.TryParse(path, out var identity));
        Assert.Equal((true, false), (identity.ContainerId.SequenceEqual(id), identity.IsRoot));
        Assert.False(CgroupPath.TryParse(Enumerable.Repeat((byte)'a', 4096).ToArray(), out _));
    }

    [Fact]
    public void TryParse_InvalidUtf8_IsNoPartOfAnId()
    {
        var id = Encoding.UTF8.GetBytes(new string('a', 64));
        byte[] foreign = [.. "/docker/"u8, .. id];
        foreign[20] = 0xFF;
        byte[] around = [(byte)'/', 0xC3, 0x28, 0xFF, (byte)'/', .. "docker-"u8, .. id, .. ".scope"u8];

        Assert.False(CgroupPath.TryParse(foreign, out _));
        Assert.True(CgroupPath.TryParse(around, out var identity));
        Assert.Equal((true, ContainerRuntime.Docker, true), (identity.ContainerId.SequenceEqual(id), identity.Runtime, identity.IsRoot));
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
