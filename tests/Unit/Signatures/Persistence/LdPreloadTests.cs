using TraceeMesh.Signatures.BuiltIn.Persistence;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Persistence;

public sealed class LdPreloadTests : IDisposable
{
    private readonly SignatureHarness _harness = new(new LdPreload());

    [Theory]
    [InlineData("LD_PRELOAD=/tmp/x.so", 1)]
    [InlineData("LD_LIBRARY_PATH=/tmp", 1)]
    [InlineData("LD_PRELOADED=1", 0)]
    [InlineData("MY_LD_PRELOAD=/tmp/x.so", 0)]
    [InlineData("LD_PRELOAD=", 1)]
    [InlineData("LD_LIBRARY_PATH=", 1)]
    [InlineData("HOME=/root", 0)]
    public async Task Exec_Variable_FindsPreloadOnly(string variable, int findings) =>
        Assert.Equal(findings, (await _harness.Feed(EventMaker.Make("sched_process_exec", ("env", new[] { "PATH=/bin", variable, "TERM=x" })))).Count);

    [Fact]
    public async Task Exec_BothVariables_FindsOnce() =>
        Assert.Single(await _harness.Feed(EventMaker.Make("sched_process_exec", ("env", new[] { "LD_PRELOAD=a", "LD_LIBRARY_PATH=b" }))));

    [Fact]
    public async Task Exec_WithoutEnvironment_FindsNothing() => Assert.Empty(await _harness.Feed(EventMaker.Make("sched_process_exec", ("pathname", "/bin/true"))));

    [Theory]
    [InlineData("/etc/ld.so.preload", 0x8001, 1)]
    [InlineData("/etc/ld.so.preload", 0x8002, 1)]
    [InlineData("/var/lib/c/merged/etc/ld.so.preload", 1, 1)]
    [InlineData("/etc/ld.so.preload", 0x8000, 0)]
    [InlineData("/etc/ld.so.preload.bak", 1, 0)]
    public async Task Open_PathAndFlags_FindsWritingOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await _harness.Feed(EventMaker.Make("security_file_open", ("pathname", path), ("flags", flags)))).Count);

    [Theory]
    [InlineData("/tmp/a", "/etc/ld.so.preload", 1)]
    [InlineData("/etc/ld.so.preload", "/tmp/a", 0)]
    public async Task Rename_Paths_FindsIntoPlaceOnly(string from, string to, int findings) =>
        Assert.Equal(findings, (await _harness.Feed(EventMaker.Make("security_inode_rename", ("old_path", from), ("new_path", to)))).Count);

    public void Dispose() => _harness.Dispose();
}
