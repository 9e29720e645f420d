using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Telemetry;

public sealed class TelemetryTests
{
    private static readonly Dictionary<string, string> Off = [];

    [Fact]
    public async Task Mesh_ToldOfACollectorOfTelemetry_SendsMetricsLogsAndTheTraceOfAFrame()
    {
        await using var receiver = new OtlpReceiver();
        await using var mesh = await ReplayedMesh.StartAsync("mixed.capture", new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_SAMPLER"] = "always_on",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test",
        });

        await TestWait.Until(() => Follows(receiver, "collect", "enrich", "judge", "store"), "a trace leads from the ring to stored findings", 90);
        await TestWait.Until(() => Follows(receiver, "collect", "enrich", "judge", "lookup", "answer"), "a lookup is part of a trace, in both services", 30);
        await TestWait.Until(() => receiver.Has("/v1/metrics", "traceemesh_ledger_produced", "traceemesh-enricher", "deployment.environment.name"), "the enricher's metrics come", 30);
        foreach (var service in mesh.Http.Keys)
        {
            await TestWait.Until(() => receiver.Has("/v1/metrics", $"traceemesh-{service}"), $"metrics of {service} come", 30);
        }

        await TestWait.Until(() => receiver.Has("/v1/logs", "traceemesh-enricher", "the stores are filled"), "the enricher's log comes", 30);
    }

    [Fact]
    public async Task Metrics_OfEveryService_ArePrometheusText_AndSoAreTheirNames()
    {
        await using var mesh = await ReplayedMesh.StartAsync("mixed.capture", Off);

        foreach (var service in mesh.Http.Keys)
        {
            var metrics = await mesh.GetAsync(service, "/metrics");
            Assert.Contains("# TYPE traceemesh_", metrics, StringComparison.Ordinal);
            Assert.Equal((0, ""), await Promtool.CheckMetricsAsync(metrics));
        }

        Assert.Contains("traceemesh_ledger_lost_total{reason=\"ring_full\"} 0", await mesh.GetAsync("enricher", "/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AlertRules_AreThoseOfPrometheus()
    {
        var (exitCode, output) = await Promtool.CheckRulesAsync(Path.Combine(SourceTree.Root, "aspire/deploy/observability/alerts.yaml"));

        Assert.True(exitCode == 0, output);
    }

    /// <summary>Whether there is a chain of spans with these names, each the child of the one before, the first a root.</summary>
    private static bool Follows(OtlpReceiver receiver, params string[] names)
    {
        var spans = receiver.Spans;
        return spans.Where(s => s.Name == names[0] && s.Parent.Length == 0).Any(root => Leads(root, 1));

        bool Leads(ReceivedSpan from, int next) => next == names.Length || spans.Any(s => s.Name == names[next] && s.Parent == from.Id && s.Trace == from.Trace && Leads(s, next + 1));
    }
}
