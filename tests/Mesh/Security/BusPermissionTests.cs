using TraceeMesh.Tests.Mesh.Up;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Security;

/// <summary>Every subject of the design's table, tried by every user of a bus in production: allowed where it is said here, else refused.</summary>
public sealed class BusPermissionTests(ProductionBus bus) : IClassFixture<ProductionBus>
{
    private const string All = "collector-node-a collector-node-b enricher-node-a enricher-node-b detector datasource-api source tmesh";

    // Who may publish it.
    public static TheoryData<string, string> Publishing => new()
    {
        { "tracee.raw.node-a", "collector-node-a" },
        { "tracee.events.node-a.3", "enricher-node-a" },
        { "tracee.lifecycle.container_create.node-a", "enricher-node-a" },
        { "tracee.ledger.node-a", "enricher-node-a" },
        { "tracee.findings.low.anti_debugging.node-a", "detector" },
        { "tracee.ds.tracee.containers.get.node-a", "detector datasource-api tmesh" },
        { "tracee.ds.example.length.get", "detector datasource-api tmesh" },
        { "tracee.ds.tracee.containers.list.node-a", "datasource-api tmesh" },
        { "tracee.ds.example.length.list", "datasource-api tmesh" },
        { "tracee.ds.tracee.containers.changed.node-a", "enricher-node-a" },
        { "tracee.ds.example.length.changed", "datasource-api source" },
        { "tracee.dslog.example.thresholds", "datasource-api" },
        { "tracee.control.node-a", "enricher-node-a tmesh" },
        { "tracee.signatures", "datasource-api tmesh" },
        { "tracee.heartbeat.collector.x", "collector-node-a collector-node-b" },
        { "tracee.heartbeat.enricher.x", "enricher-node-a enricher-node-b" },
        { "tracee.heartbeat.detector.x", "detector" },
        { "tracee.heartbeat.datasource-api.x", "datasource-api" },
        { "tracee.audit.datasource", "datasource-api" },
        { "tracee.dead.enricher.node-a", "enricher-node-a" },
        { "tracee.dead.detector.node-a", "detector" },
        { "tracee.dead.forward.siem", "tmesh" },
        { "$KV.tracee-selection.detector.x", "detector datasource-api tmesh" },
        { "$KV.tracee-leases.p1", "detector" },
        { "$SRV.PING", "detector datasource-api tmesh" },
        { "$JS.API.STREAM.INFO.tracee-findings", "collector-node-a collector-node-b enricher-node-a enricher-node-b detector datasource-api tmesh" },
        { "$JS.API.STREAM.CREATE.tracee-raw-node-a", "collector-node-a enricher-node-a tmesh" },
        { "$JS.API.STREAM.UPDATE.tracee-events", "enricher-node-a enricher-node-b detector tmesh" },
        { "$JS.API.STREAM.UPDATE.tracee-findings", "detector tmesh" },
        { "$JS.API.STREAM.UPDATE.KV_tracee-leases", "detector tmesh" },
        { "$JS.API.STREAM.DELETE.tracee-findings", "" },
        { "$JS.API.STREAM.PURGE.tracee-findings", "tmesh" },
        { "$JS.API.STREAM.MSG.DELETE.tracee-findings", "tmesh" },
        { "$JS.API.STREAM.MSG.DELETE.tracee-heartbeats", "detector tmesh" },
        { "$JS.API.STREAM.MSG.GET.tracee-raw-node-a", "enricher-node-a tmesh" },
        { "$JS.API.STREAM.DELETE.tracee-raw-node-a", "collector-node-a" },
        { "$JS.API.STREAM.MSG.GET.KV_tracee-leases", "detector datasource-api tmesh" },
        { "$JS.API.CONSUMER.CREATE.tracee-raw-node-a.c1", "enricher-node-a tmesh" },
        { "$JS.API.CONSUMER.CREATE.tracee-events.c1", "enricher-node-a enricher-node-b detector datasource-api tmesh" },
        { "$JS.API.CONSUMER.CREATE.tracee-findings.c1", "datasource-api tmesh" },
        { "$JS.API.CONSUMER.CREATE.KV_tracee-leases.c1", "detector tmesh" },
        { "$JS.API.CONSUMER.DELETE.tracee-events.p1-7", "enricher-node-a enricher-node-b detector datasource-api tmesh" },
        { "$JS.API.CONSUMER.DURABLE.CREATE.tracee-findings.forward-x", "datasource-api tmesh" },
        { "$JS.API.META.LEADER.STEPDOWN", "" },
        { "$JS.ACK.tracee-findings.forward-x.1.1.1.1.0", "tmesh" },
        { "$SYS.REQ.SERVER.PING", "" },
        { "_INBOX.detector.x", All },
        { "anything", "" },
    };

    // Who may subscribe to it.
    public static TheoryData<string, string> Subscribing => new()
    {
        { ">", "" },
        { "tracee.>", "" },
        { "tracee.raw.*", "" },
        { "tracee.raw.node-a", "" },
        { "tracee.events.*.*", "tmesh" },
        { "tracee.events.node-a.3", "tmesh" },
        { "tracee.lifecycle.>", "tmesh" },
        { "tracee.findings.>", "datasource-api tmesh" },
        { "tracee.ds.tracee.containers.get.node-a", "enricher-node-a" },
        { "tracee.ds.example.length.get", "datasource-api source" },
        { "tracee.ds.example.length.get.node-a", "enricher-node-a source" },
        { "tracee.ds.example.length.list", "datasource-api source" },
        { "tracee.ds.tracee.containers.changed.node-a", "detector tmesh" },
        { "tracee.ds.example.length.changed", "detector tmesh" },
        { "tracee.dslog.>", "" },
        { "tracee.control.node-a", "collector-node-a" },
        { "tracee.signatures", "detector" },
        { "tracee.ledger.*", "datasource-api tmesh" },
        { "tracee.heartbeat.*.*", "detector datasource-api tmesh" },
        { "tracee.audit.datasource", "" },
        { "tracee.dead.*.*", "tmesh" },
        { "$KV.tracee-selection.>", "collector-node-a collector-node-b" },
        { "$KV.tracee-leases.>", "" },
        { "$SRV.>", "enricher-node-a enricher-node-b datasource-api source" },
        { "$JS.API.>", "" },
        { "$JS.EVENT.ADVISORY.>", "" },
        { "$SYS.>", "" },
        { "_INBOX.>", "" },
        { "_INBOX.detector.>", "detector" },
        { "_INBOX.enricher-node-a.>", "enricher-node-a" },
    };

    [Theory]
    [MemberData(nameof(Publishing))]
    public Task Publishing_IsForThoseNamedAlone(string subject, string allowed) => Try(allowed, client => client.Publish(subject, "x"));

    [Theory]
    [MemberData(nameof(Subscribing))]
    public Task Subscribing_IsForThoseNamedAlone(string subject, string allowed) => Try(allowed, client => client.Subscribe(subject));

    [Fact]
    public void Users_AreThoseTried() => Assert.Equal(All.Split(' ').Append("system").Order(), bus.Users);

    [Fact]
    public async Task Stranger_IsTurnedAway()
    {
        using var stranger = await RawClient.Connect(bus.Address, null);

        Assert.Contains("Authorization Violation", await stranger.ReadLine(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_AreForTheirOwnerAlone() => Assert.All(
        Directory.EnumerateFiles(bus.Root, "*", SearchOption.AllDirectories).Where(f => f.EndsWith(".json", StringComparison.Ordinal) || f.EndsWith(".conf", StringComparison.Ordinal)),
        f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));

    private async Task Try(string allowed, Func<RawClient, Task> act)
    {
        var may = new List<string>();
        foreach (var user in All.Split(' '))
        {
            using var client = await RawClient.Connect(bus.Address, bus.Of(user));
            await act(client);
            if (!(await client.Settle()).Any(l => l.Contains("Permissions Violation", StringComparison.Ordinal)))
            {
                may.Add(user);
            }
        }

        Assert.Equal(allowed, string.Join(' ', may));
    }
}
