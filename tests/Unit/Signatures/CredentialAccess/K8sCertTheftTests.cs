using TraceeMesh.Signatures.BuiltIn.CredentialAccess;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.CredentialAccess;

public sealed class K8sCertTheftTests
{
    [Theory]
    [InlineData("/etc/kubernetes/pki/ca.key", Made.Read, 1)]
    [InlineData("/etc/kubernetes/pki/etcd/ca.key", Made.ReadWrite, 1)]
    [InlineData("/etc/kubernetes/pki/ca.key", Made.Write, 0)]
    [InlineData("/etc/kubernetes/pki2/ca.key", Made.Read, 0)]
    [InlineData("/etc/kubernetes/pki", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new K8sCertTheft().FindingsOn(Made.Open(path, flags))).Count);

    [Theory]
    [InlineData("/etc/kubernetes/pki/ca.key", "/tmp/x", 1)]
    [InlineData("/tmp/x", "/etc/kubernetes/pki/ca.key", 0)]
    public async Task Rename_Paths_FindsThoseOnly(string from, string to, int findings) =>
        Assert.Equal(findings, (await new K8sCertTheft().FindingsOn(Made.Rename(from, to))).Count);

    [Theory]
    [InlineData("/usr/local/bin/kube-apiserver", 0)]
    [InlineData("/usr/bin/kubelet", 0)]
    [InlineData("/usr/bin/cat", 1)]
    public async Task Open_ByProgram_LeavesOutThoseThatOwnThem(string executable, int findings) =>
        Assert.Equal(findings, (await new K8sCertTheft().FindingsOn(Made.Open("/etc/kubernetes/pki/ca.key", Made.Read).By(executable))).Count);

    [Fact]
    public async Task Rename_ByAnOwner_IsFound() => Assert.Single(await new K8sCertTheft().FindingsOn(Made.Rename("/etc/kubernetes/pki/ca.key", "/tmp/x").By("/usr/bin/kubelet")));
}
