using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Examples;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>The examples of docs/signatures.md do what it says; the third is asked over a real bus in the mesh tier.</summary>
public sealed class ExampleTests
{
    [Theory]
    [InlineData("shop/cart:1", 0)]
    [InlineData("evil/miner:1", 1)]
    public async Task UnexpectedImage_FindsOtherImagesThanTheShops(string image, int findings)
    {
        using var harness = new SignatureHarness(new UnexpectedImage(), Containers(1, ("container_image", image)));

        Assert.Equal(findings, (await harness.Feed(Exec("/bin/ls"))).Count);
    }

    [Fact]
    public async Task UnexpectedImage_OfAContainerNotKnown_FindsNothing()
    {
        using var harness = new SignatureHarness(new UnexpectedImage(), new FixedDataSource("tracee", "containers", _ => Lookup.Failed(LookupStatus.NotFound)));

        Assert.Empty(await harness.Feed(Exec("/bin/ls")));
    }

    [Fact]
    public void UnexpectedImage_WithoutItsSource_SaysSo() =>
        Assert.Equal("containers data source not registered", Assert.Throws<SignatureInitException>(() => new SignatureHarness(new UnexpectedImage())).Message);

    [Fact]
    public async Task ShellInPod_WithTheSource_NamesThePod()
    {
        using var harness = new SignatureHarness(new ShellInPod(), Containers(1, ("k8s_pod_name", "cart-0")));

        Assert.Equal("cart-0", Assert.Single(await harness.Feed(Exec("/bin/bash")))["pod"].Text);
        Assert.Empty(await harness.Feed(Exec("/bin/ls")));
    }

    [Fact]
    public async Task ShellInPod_WithoutTheSource_FindsWithoutPod()
    {
        using var harness = new SignatureHarness(new ShellInPod());

        Assert.Empty(Assert.Single(await harness.Feed(Exec("/bin/sh"))).Data);
        Assert.Equal("Info no containers data source: findings will not name the pod", Assert.Single(harness.Lines));
    }

    [Fact]
    public void ShellInPod_WithANewerSource_AsksForAnUpdate() => Assert.Contains(
        "version 2 not supported",
        Assert.Throws<SignatureInitException>(() => new SignatureHarness(new ShellInPod(), Containers(2))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task ManyExecs_BeyondTheLimit_FindsOnceAMinute()
    {
        using var harness = new SignatureHarness(new ManyExecs(), new FixedDataSource("acme", "exec_limits", key => new Lookup(new LookupResult(LookupStatus.Found, DataValue.MapOf(("execs_per_minute", key.Text == "shop/cart:1" ? 2 : 99)), 0, 1, true))));
        var found = new List<int>();
        for (var i = 1; i <= 5; i++)
        {
            found.Add((await harness.Feed(Exec("/bin/ls"))).Count);
        }

        Assert.Equal([0, 0, 1, 0, 0], found);
    }

    private static Event Exec(string path)
    {
        var e = EventMaker.Make("sched_process_exec", ("pathname", path)).InContainer("270f747aa981");
        e.Context.ContainerImage = Utf8Text.From("shop/cart:1");
        return e;
    }

    private static FixedDataSource Containers(int version, params (string Name, DataValue Value)[] values) =>
        new("tracee", "containers", _ => new Lookup(new LookupResult(LookupStatus.Found, DataValue.MapOf(values), 0, 1, true)), version);
}
