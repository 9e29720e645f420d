using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Silence;
using TraceeMesh.TestKit;
using TraceeMesh.Tests.Mesh.Detector;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>A service that is killed is missed, by two detectors of which one tells; one that stops is not.</summary>
public sealed class SilenceTests : IAsyncLifetime
{
    private readonly List<ServiceProcess> _services = [];
    private EventBus _bus = null!;

    public async Task InitializeAsync()
    {
        _bus = await EventBus.StartAsync();
        _bus.StartDetector("d1");
        _bus.StartDetector("d2");
        await _bus.SharedAsync(["d1", "d2"], 60);
    }

    public async Task DisposeAsync()
    {
        _services.ForEach(s => s.Dispose());
        await _bus.DisposeAsync();
    }

    [Fact]
    public async Task Services_Killed_AreMissedOnceEach_AndAgainWhenTheyCameBack()
    {
        var stopped = await StartAsync(ServiceProcess.Enricher, "enricher", "e-stops", "--node", "node-c");
        var enricher = await StartAsync(ServiceProcess.Enricher, "enricher", "e1", "--node", "node-b");
        var api = await StartAsync(ServiceProcess.DataSourceApi, "datasource-api", "api1", "--grpc", "127.0.0.1:0", "--node", "node-b");

        await stopped.StopAsync();
        enricher.Kill();
        api.Kill();

        var silences = await SilencesAsync(2);
        Assert.Equal(["api1", "e1"], silences.Select(s => Argument(s, "instance")).Order());
        Assert.All(silences, s => Assert.Equal("node-b", (string?)s["mesh"]!["node"]));
        Assert.NotNull(await _bus.JetStream.GetLastMessageAsync(_bus.Streams.Findings.Name, "tracee.findings.high.sensor_silence.node-b"));

        var again = await StartAsync(ServiceProcess.Enricher, "enricher", "e1", "--node", "node-b");
        again.Kill();
        silences = await SilencesAsync(3);
        Assert.Equal(["api1", "e1", "e1"], silences.Select(s => Argument(s, "instance")).Order());
        Assert.Equal(3, silences.Select(s => (string?)s["mesh"]!["id"]).Distinct().Count());
    }

    private async Task<ServiceProcess> StartAsync(string assembly, string service, string instance, params string[] arguments)
    {
        var process = new ServiceProcess(_bus.Server, assembly, ["--instance", instance, .. arguments]);
        _services.Add(process);
        await TestWait.Until(
            async () => await _bus.JetStream.GetLastMessageAsync(_bus.Streams.Heartbeats.Name, _bus.Subjects.Heartbeat(service, instance)) is { } message
                && JsonSerializer.Deserialize(message.Payload.Span, MeshJson.Default.Heartbeat)!.State is Heartbeat.Ready or Heartbeat.Degraded,
            $"{instance} beats",
            60,
            () => process.Log);
        return process;
    }

    private async Task<List<JsonNode>> SilencesAsync(int count)
    {
        List<JsonNode> silences = [];
        await _bus.EventuallyAsync(
            async () => (silences = [.. (await _bus.AllFindingsAsync()).Where(f => (string?)f["eventName"] == SilenceAnnouncement.EventName)]).Count >= count, $"{count} silences", 60);
        return silences;
    }

    private static string? Argument(JsonNode finding, string name) => (string?)finding["args"]!.AsArray().Single(a => (string?)a!["name"] == name)!["value"];
}
