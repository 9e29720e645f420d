using TraceeMesh.Signatures.BuiltIn.Persistence;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Persistence;

public sealed class RcdModificationTests
{
    [Theory]
    [InlineData("/etc/rc.local", Made.Write, 1)]
    [InlineData("/etc/init.d/ssh", Made.Write, 1)]
    [InlineData("/etc/rc0.d/x", Made.Write, 1)]
    [InlineData("/etc/rc6.d/x", Made.Write, 1)]
    [InlineData("/etc/rcS.d/x", Made.Write, 1)]
    [InlineData("/etc/rc.d/rc.local", Made.Write, 1)]
    [InlineData("/etc/rc.d/init.d/x", Made.Write, 1)]
    [InlineData("/etc/rc.local2", Made.Write, 0)]
    [InlineData("/etc/init.d-old/x", Made.Write, 0)]
    [InlineData("/etc/rc1.dx", Made.Write, 0)]
    [InlineData("/etc/init.d", Made.Write, 0)]
    [InlineData("/tmp/etc/rc.local", Made.Write, 0)]
    [InlineData("/etc/rc.local", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new RcdModification().FindingsOn(Made.Open(path, flags))).Count);

    [Theory]
    [InlineData("/tmp/x", "/etc/init.d/x", 1)]
    [InlineData("/tmp/x", "/etc/init.d", 1)]
    [InlineData("/etc/init.d/x", "/tmp/x", 0)]
    public async Task Rename_Paths_FindsThoseOnly(string from, string to, int findings) =>
        Assert.Equal(findings, (await new RcdModification().FindingsOn(Made.Rename(from, to))).Count);

    [Theory]
    [InlineData("/usr/bin/perl", "/usr/sbin/update-rc.d", 1)]
    [InlineData("/usr/sbin/update-rc.d", "/usr/sbin/update-rc.d", 1)]
    [InlineData("/usr/bin/perl", "update-rc.d", 1)]
    [InlineData("/usr/bin/perl", "/usr/sbin/my-update-rc.d", 0)]
    public async Task Exec_FileAndCommand_FindsTheToolsOnly(string path, string asked, int findings) =>
        Assert.Equal(findings, (await new RcdModification().FindingsOn(Made.Exec(path, asked))).Count);
}
