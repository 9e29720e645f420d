using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Up;

public sealed class NatsConfigurationTests
{
    private const string Finding = "tracee.findings.low.anti_debugging.node-a";

    [Fact]
    public async Task Configuration_Rendered_IsValidToTheServer()
    {
        await using var server = await ConfiguredServer.Start();

        var (exitCode, output) = server.CheckConfiguration();

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("tracee.findings.>")]
    [InlineData("tracee.findings.low.anti_debugging.*")]
    [InlineData("tracee.lifecycle.>")]
    [InlineData("tracee.ledger.node-a")]
    [InlineData("tracee.heartbeat.*.*")]
    public async Task Reader_SubscribingToWhatIsPublic_IsServed(string subject)
    {
        await using var server = await ConfiguredServer.Start();
        using var reader = await RawClient.Connect(server.Address, null);

        await reader.Subscribe(subject);

        Assert.Empty(await reader.Settle());
    }

    [Theory]
    [InlineData(">")]
    [InlineData("tracee.>")]
    [InlineData("tracee.raw.>")]
    [InlineData("tracee.events.>")]
    [InlineData("tracee.control.node-a")]
    [InlineData("$JS.API.>")]
    [InlineData("_INBOX.>")]
    public async Task Reader_SubscribingToAnythingElse_IsRefused(string subject)
    {
        await using var server = await ConfiguredServer.Start();
        using var reader = await RawClient.Connect(server.Address, null);

        await reader.Subscribe(subject);

        Assert.Contains("Permissions Violation", Assert.Single(await reader.Settle()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Finding)]
    [InlineData("tracee.control.node-a")]
    [InlineData("$JS.API.INFO")]
    [InlineData("anything")]
    public async Task Reader_Publishing_IsRefused(string subject)
    {
        await using var server = await ConfiguredServer.Start();
        using var reader = await RawClient.Connect(server.Address, null);

        await reader.Publish(subject, "x");

        Assert.Contains("Permissions Violation", Assert.Single(await reader.Settle()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detector_PublishingAFinding_ReachesTheReader()
    {
        await using var server = await ConfiguredServer.Start();
        using var reader = await RawClient.Connect(server.Address, null);
        using var detector = await RawClient.Connect(server.Address, server.Users["detector"]);
        await reader.Subscribe("tracee.findings.>");
        Assert.Empty(await reader.Settle());

        await detector.Publish(Finding, "found");
        Assert.Empty(await detector.Settle());

        Assert.Equal([$"MSG {Finding} 1 5", "found"], await reader.Settle());
    }

    [Fact]
    public async Task Detector_PublishingRawFrames_IsRefused()
    {
        await using var server = await ConfiguredServer.Start();
        using var detector = await RawClient.Connect(server.Address, server.Users["detector"]);

        await detector.Publish("tracee.raw.node-a", "x");

        Assert.Contains("Permissions Violation", Assert.Single(await detector.Settle()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tracee.ds.example.length.get", true)]
    [InlineData("tracee.ds.example.length.get.node-a", true)]
    [InlineData("$SRV.PING", true)]
    [InlineData("tracee.ds.tracee.containers.get.node-a", false)]
    [InlineData("tracee.findings.>", false)]
    [InlineData("tracee.dslog.>", false)]
    public async Task Source_SubscribingToAnythingButItsQuestions_IsRefused(string subject, bool served)
    {
        await using var server = await ConfiguredServer.Start();
        using var source = await RawClient.Connect(server.Address, server.Users[Permissions.Source]);

        await source.Subscribe(subject);

        Assert.Equal(served, (await source.Settle()).Count == 0);
    }

    [Theory]
    [InlineData("_INBOX.x", true)]
    [InlineData("tracee.ds.example.length.changed", true)]
    [InlineData("tracee.ds.tracee.containers.changed.node-a", false)]
    [InlineData("tracee.ds.example.length.get", false)]
    [InlineData("$JS.API.INFO", false)]
    public async Task Source_PublishingAnythingButAnswersAndChanges_IsRefused(string subject, bool served)
    {
        await using var server = await ConfiguredServer.Start();
        using var source = await RawClient.Connect(server.Address, server.Users[Permissions.Source]);

        await source.Publish(subject, "x");

        Assert.Equal(served, (await source.Settle()).Count == 0);
    }

    // What the console reads, and nothing that only others say.
    [Theory]
    [InlineData("tracee.signatures", true)]
    [InlineData("tracee.ds.tracee.process_tree.list.node-a", true)]
    [InlineData("tracee.ds.tracee.containers.get.node-a", true)]
    [InlineData("tracee.findings.low.anti_debugging.node-a", false)]
    [InlineData("tracee.control.node-a", false)]
    [InlineData("tracee.ledger.node-a", false)]
    [InlineData("$KV.tracee-leases.p0", false)]
    public async Task DataSourceApi_PublishingAnythingButItsQuestionsAndRecords_IsRefused(string subject, bool served)
    {
        await using var server = await ConfiguredServer.Start();
        using var service = await RawClient.Connect(server.Address, server.Users["datasource-api"]);

        await service.Publish(subject, "x");

        Assert.Equal(served, (await service.Settle()).Count == 0);
    }

    [Fact]
    public async Task Client_WithAWrongPassword_IsTurnedAway()
    {
        await using var server = await ConfiguredServer.Start();
        using var stranger = await RawClient.Connect(server.Address, new BusCredentials("tmesh", "guess"));

        Assert.Contains("Authorization Violation", await stranger.ReadLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bus_Killed_IsStartedAgainAtTheSameAddress()
    {
        await using var server = await ConfiguredServer.Start();
        var first = server.Pid!.Value;

        using (var kill = System.Diagnostics.Process.GetProcessById(first))
        {
            kill.Kill();
            await kill.WaitForExitAsync();
        }

        await server.Answers();
        Assert.NotEqual(first, server.Pid);
    }

    [Fact]
    public void Stores_OfTheWholeTable_FitTheLimitsTheServerGetsFromUs()
    {
        var table = new StreamTable(new Subjects());
        StreamDefinition[] streams = [table.Raw("node-a"), table.Events, table.Findings, table.Lifecycle, table.Ledger, table.Heartbeats, table.Dead];
        BucketDefinition[] buckets = [table.Selection, table.Leases];

        Assert.True(streams.Where(s => !s.OnDisk).Sum(s => s.MaxBytes) + buckets.Where(b => !b.OnDisk).Sum(b => b.MaxBytes) <= NatsConfiguration.MemoryStoreBytes);
        Assert.True(streams.Where(s => s.OnDisk).Sum(s => s.MaxBytes) + buckets.Where(b => b.OnDisk).Sum(b => b.MaxBytes) <= NatsConfiguration.FileStoreBytes);
    }
}
