using TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.PrivilegeEscalation;

public sealed class SudoersModificationTests : IDisposable
{
    private readonly SignatureHarness _harness = new(new SudoersModification());

    [Theory]
    [InlineData("/etc/sudoers", 0x8001, 1)]
    [InlineData("/etc/sudoers", 0x8002, 1)]
    [InlineData("/etc/sudoers", 0x8000, 0)]
    [InlineData("/etc/sudoers", 0x200001, 0)]
    [InlineData("/etc/sudoers.d/me", 1, 1)]
    [InlineData("/private/etc/sudoers", 1, 1)]
    [InlineData("/private/etc/sudoers.d/me", 1, 1)]
    [InlineData("/etc/sudoers.d-old/me", 1, 0)]
    [InlineData("/etc/sudoers.bak", 1, 0)]
    [InlineData("/tmp/etc/sudoers", 1, 0)]
    public async Task Open_PathAndFlags_FindsWritingOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await _harness.Feed(EventMaker.Make("security_file_open", ("pathname", path), ("flags", flags)))).Count);

    [Theory]
    [InlineData("/etc/sudoers.tmp", "/etc/sudoers", 1)]
    [InlineData("/tmp/x", "/etc/sudoers.d/me", 1)]
    [InlineData("/tmp/x", "/etc/sudoers.d", 1)]
    [InlineData("/etc/sudoers", "/tmp/x", 0)]
    public async Task Rename_Paths_FindsIntoPlaceOnly(string from, string to, int findings) =>
        Assert.Equal(findings, (await _harness.Feed(EventMaker.Make("security_inode_rename", ("old_path", from), ("new_path", to)))).Count);

    public void Dispose() => _harness.Dispose();
}
