using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures.BuiltIn.CredentialAccess;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.CredentialAccess;

public sealed class K8sServiceAccountTokenTests
{
    [Theory]
    [InlineData("/run/secrets/kubernetes.io/serviceaccount/token", Made.Read, 1)]
    [InlineData("/run/secrets/kubernetes.io/serviceaccount/..2026_01_01/token", Made.Read, 1)]
    [InlineData("/secrets/kubernetes.io/serviceaccount/token", Made.Read, 1)]
    [InlineData("/run/secrets/kubernetes.io/serviceaccount/token", Made.Write, 0)]
    [InlineData("/run/mysecrets/kubernetes.io/serviceaccount/token", Made.Read, 0)]
    [InlineData("/run/secrets/kubernetes.io/serviceaccount/ca.crt", Made.Read, 0)]
    [InlineData("/run/secrets/kubernetes.io/serviceaccount/nottoken", Made.Read, 0)]
    public async Task Open_PathAndFlags_FindsThoseOnly(string path, int flags, int findings) =>
        Assert.Equal(findings, (await new K8sServiceAccountToken().FindingsOn(Made.Open(path, flags).Inside())).Count);

    [Fact]
    public async Task Open_OnTheHost_FindsNothing() => Assert.Empty(await new K8sServiceAccountToken().FindingsOn(Made.Open("/run/secrets/kubernetes.io/serviceaccount/token", Made.Read)));

    [Fact]
    public async Task Open_BeforeTheContainerStarted_FindsNothing() =>
        Assert.Empty(await new K8sServiceAccountToken().FindingsOn(Made.Open("/run/secrets/kubernetes.io/serviceaccount/token", Made.Read).InContainer(Made.Container, started: false)));

    [Theory]
    [InlineData("/usr/bin/kubectl", 0)]
    [InlineData("/coredns", 0)]
    [InlineData("/tmp/kubectl2", 1)]
    [InlineData("/usr/bin/curl", 1)]
    public async Task Open_ByProgram_LeavesOutThoseThatNeedIt(string executable, int findings) =>
        Assert.Equal(findings, (await new K8sServiceAccountToken().FindingsOn(Made.Open("/run/secrets/kubernetes.io/serviceaccount/token", Made.Read).Inside().By(executable))).Count);

    [Fact]
    public async Task Open_ByOneThatTakesTheName_IsFoundByItsFile()
    {
        var e = Made.Open("/run/secrets/kubernetes.io/serviceaccount/token", Made.Read).Inside().By("/usr/bin/curl");
        e.Context.ProcessName = Utf8Text.From("kubectl");

        Assert.Single(await new K8sServiceAccountToken().FindingsOn(e));
    }
}
