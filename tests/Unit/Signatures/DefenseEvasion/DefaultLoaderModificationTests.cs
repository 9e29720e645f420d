using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class DefaultLoaderModificationTests
{
    [Theory]
    [InlineData("/lib64/ld-linux-x86-64.so.2", Made.Write, 1)]
    [InlineData("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", Made.Write, 1)]
    [InlineData("/usr/lib/ld.so", Made.Write, 1)]
    [InlineData("/lib/ld64.so.1", Made.Write, 1)]
    [InlineData("/lib/ld-musl-x86_64.so.1", Made.Write, 1)]
    [InlineData("/lib/ld-2.31.so", Made.Write, 1)]
    [InlineData("/usr/lib32/ld-linux.so.2", Made.Write, 1)]
    [InlineData("/usr/lib/x86_64-linux-gnu/libldap.so", Made.Write, 0)]
    [InlineData("/usr/lib/x86_64-linux-gnu/ldb/modules/x.so", Made.Write, 0)]
    [InlineData("/usr/lib/ld.so.conf", Made.Write, 0)]
    [InlineData("/usr/lib/ldap.so", Made.Write, 0)]
    [InlineData("/lib/ldd", Made.Write, 0)]
    [InlineData("/library/ld.so", Made.Write, 0)]
    [InlineData("/opt/lib/ld.so", Made.Write, 0)]
    [InlineData("/usr/lib/ld-linux-x86-64.so.2.dpkg-new", Made.Write, 0)]
    [InlineData("/usr/lib/ld-x.sound", Made.Write, 0)]
    [InlineData("/lib/ld", Made.Write, 0)]
    [InlineData("/lib64/ld-linux-x86-64.so.2", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new DefaultLoaderModification().FindingsOn(Made.Open(path, flags))).Count);

    [Theory]
    [InlineData("/tmp/x", "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", 1)]
    [InlineData("/usr/lib/ld.so", "/tmp/x", 0)]
    public async Task Rename_Paths_FindsThoseOnly(string from, string to, int findings) =>
        Assert.Equal(findings, (await new DefaultLoaderModification().FindingsOn(Made.Rename(from, to))).Count);
}
