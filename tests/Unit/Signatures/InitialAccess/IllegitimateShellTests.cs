using TraceeMesh.Signatures.BuiltIn.InitialAccess;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.InitialAccess;

public sealed class IllegitimateShellTests
{
    [Theory]
    [InlineData("/bin/dash", "/bin/sh", 1)]
    [InlineData("/bin/busybox", "/bin/sh", 1)]
    [InlineData("/bin/busybox", "ash", 1)]
    [InlineData("/usr/bin/bash", "bash", 1)]
    [InlineData("/bin/ls", "/bin/ls", 0)]
    [InlineData("/usr/bin/ssh", "ssh", 0)]
    public async Task Exec_ByAServer_FindsShellsOnly(string path, string asked, int findings) =>
        Assert.Equal(findings, (await new IllegitimateShell().FindingsOn(Made.Exec(path, asked, "nginx"), Made.Tree())).Count);

    [Theory]
    [InlineData("httpd-foregroun", 1)]
    [InlineData("http-nio", 1)]
    [InlineData("nginx2", 0)]
    [InlineData("bash", 0)]
    public async Task Exec_ByAProcess_FindsServersOnly(string previous, int findings) =>
        Assert.Equal(findings, (await new IllegitimateShell().FindingsOn(Made.Exec("/bin/sh", "/bin/sh", previous), Made.Tree())).Count);

    [Fact]
    public async Task Exec_WithAServerAmongItsAncestors_NamesIt()
    {
        var tree = Made.Tree(("/bin/dash", "", 30), ("/usr/bin/perl", "", 20), ("/usr/sbin/apache2", "", 10));

        var found = Assert.Single(await new IllegitimateShell().FindingsOn(Made.Exec("/bin/dash", "/bin/sh", "perl"), tree));

        Assert.Equal(("/usr/sbin/apache2", 2), (found["server"].Text, found["generations"].Integer));
    }

    [Fact]
    public async Task Exec_WithoutAServer_FindsNothing()
    {
        var tree = Made.Tree(("/bin/dash", "", 30), ("/usr/bin/make", "", 20), ("/home/u/nginx/build", "", 10));

        Assert.Empty(await new IllegitimateShell().FindingsOn(Made.Exec("/bin/dash", "/bin/sh", "make"), tree));
    }

    [Fact]
    public async Task Exec_WithoutTheTree_IsJudgedByWhoWasThereBefore()
    {
        Assert.Single(await new IllegitimateShell().FindingsOn(Made.Exec("/bin/dash", "/bin/sh", "nginx")));
        Assert.Empty(await new IllegitimateShell().FindingsOn(Made.Exec("/bin/dash", "/bin/sh", "perl")));
    }
}
