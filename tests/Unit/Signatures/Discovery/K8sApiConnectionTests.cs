using TraceeMesh.Signatures.BuiltIn.Discovery;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Discovery;

public sealed class K8sApiConnectionTests
{
    [Theory]
    [InlineData("10.96.0.1", 1)]
    [InlineData("::ffff:10.96.0.1", 1)]
    [InlineData("10.96.0.2", 0)]
    public async Task Connect_AfterAnExecThatTellsTheServer_FindsItsAddress(string ip, int findings)
    {
        using var harness = new SignatureHarness(new K8sApiConnection());
        await harness.Feed(Made.ExecWith("A=b", "KUBERNETES_SERVICE_HOST=10.96.0.1").Inside());

        var found = await harness.Feed(Made.Connect(Made.Internet(ip, 443)).Inside());

        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal("10.96.0.1", f["ip"].Text));
    }

    [Theory]
    [InlineData("KUBERNETES_SERVICE_HOST=")]
    [InlineData("KUBERNETES_SERVICE_HOST=kubernetes")]
    [InlineData("KUBERNETES_SERVICE_HOSTS=10.96.0.1")]
    [InlineData("XKUBERNETES_SERVICE_HOST=10.96.0.1")]
    public async Task Connect_AfterAnExecThatTellsNoAddress_FindsNothing(string variable)
    {
        using var harness = new SignatureHarness(new K8sApiConnection());
        await harness.Feed(Made.ExecWith(variable).Inside());

        Assert.Empty(await harness.Feed(Made.Connect(Made.Internet("10.96.0.1", 443)).Inside()));
    }

    [Fact]
    public async Task Connect_OfAnotherContainer_FindsNothing()
    {
        using var harness = new SignatureHarness(new K8sApiConnection());
        await harness.Feed(Made.ExecWith("KUBERNETES_SERVICE_HOST=10.96.0.1").Inside());

        Assert.Empty(await harness.Feed(Made.Connect(Made.Internet("10.96.0.1", 443)).InContainer("other")));
    }

    [Fact]
    public async Task Connect_AfterOthersWereTold_StillFindsTheFirst()
    {
        using var harness = new SignatureHarness(new K8sApiConnection());
        await harness.Feed(Made.ExecWith("KUBERNETES_SERVICE_HOST=10.96.0.1").Inside());
        for (var i = 0; i < 100; i++)
        {
            await harness.Feed(Made.ExecWith($"KUBERNETES_SERVICE_HOST=10.1.1.{i}").Inside());
        }

        Assert.Single(await harness.Feed(Made.Connect(Made.Internet("10.96.0.1", 443)).Inside()));
    }

    [Theory]
    [InlineData("kubernetes.default.svc.cluster.local", 1)]
    [InlineData("kubernetes.default.svc.", 1)]
    [InlineData("kubernetes.default.svcx", 0)]
    [InlineData("kubernetes.io", 0)]
    public async Task Connect_ToANamedAddress_FindsTheServersNames(string name, int findings)
    {
        var found = await new K8sApiConnection().FindingsOn(Made.Connect(Made.Internet("10.96.0.1", 443)).Inside(), Made.Names(("10.96.0.1", name)));

        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal(("10.96.0.1", name), (f["ip"].Text, f["name"].Text)));
    }

    [Fact]
    public async Task Connect_OnTheHost_FindsNothing() =>
        Assert.Empty(await new K8sApiConnection().FindingsOn(Made.Connect(Made.Internet("10.96.0.1", 443)), Made.Names(("10.96.0.1", "kubernetes"))));
}
