using System.Text;
using TraceeMesh.Bus;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>docs/telemetry.md, made from the metrics that the code declares and the table of spans.</summary>
internal static class TelemetryDocument
{
    private const string Head = """
        # Telemetry

        Made from the code by a test; `TRACEEMESH_WRITE_DOCUMENTS=1 dotnet test -c Release tests/Unit --filter TelemetryDocument` writes it anew.

        ## What each service serves

        `/healthz`, `/readyz` and `/metrics` (Prometheus' text format) on its HTTP address; on a local mesh that of datasource-api is
        `127.0.0.1:3366`, the others' are told by `tmesh status --json`. Beyond loopback `/metrics` wants TLS and a token, the probes do not
        ([security.md](security.md)).

        ## OTLP

        Off, and without cost, until the environment names a collector of telemetry; then each service sends metrics, logs and spans there
        as OpenTelemetry's SDK does, by the standard variables:

        | variable | meaning |
        |---|---|
        | `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_{METRICS,LOGS,TRACES}_ENDPOINT` | where to; all three signals, or one |
        | `OTEL_EXPORTER_OTLP_PROTOCOL`, `_HEADERS`, `_TIMEOUT` | `grpc` (default) or `http/protobuf`; further headers, e.g. a token; milliseconds |
        | `OTEL_{METRICS,LOGS,TRACES}_EXPORTER` | `none` leaves one signal out |
        | `OTEL_SDK_DISABLED` | `true` leaves all out |
        | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | win over `service.name=traceemesh-<service>`, `service.namespace`, `service.instance.id`, `host.name`, `traceemesh.node` |
        | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | which frames are traced; without them one in a hundred |
        | `OTEL_METRIC_EXPORT_INTERVAL`, `OTEL_BSP_*`, `OTEL_BLRP_*` | intervals and bounds of the SDK's queues; what finds no room there is dropped by it |

        OTLP is for watching. What must not be lost does not depend on it: events, losses and findings are on the bus, and the ledger tells of them.

        ## Traces

        A trace follows a raw frame: begun by the collector, carried from message to message in the header `traceparent` (never in a payload,
        so that a frame decoded twice stays the same bytes), taken on by the enricher and the detector, with each lookup as a span on both of its
        ends. The trace id is made from load and offset, so a frame sent again is in the same trace. Findings carry the header too. What waited for
        its container's runtime goes on in frames of no trace.


        """;

    private const string Findings = """
        ## Findings as log records

        `tmesh findings --forward URL --format otlp` posts each finding as one OTLP log record (JSON over HTTP, `/v1/logs` unless the address has a
        path) with its severity, `log.record.uid` = `mesh.id`, the finding as body, and its trace. It does so from a durable consumer of the findings
        stream: at least once, in order, through the death of forwarder, bus and receiver; what comes twice has the same `log.record.uid`. The
        detector itself sends findings nowhere but to their stream: it judges at least once, so what it sent over OTLP could come twice or, when its
        queue is full, not at all, and nobody would know.

        Without `--format otlp` the finding itself is posted, with `Idempotency-Key: <mesh.id>`. 2xx is an acknowledgement; 408, 429, 5xx and no
        answer are tried again, with growing pauses up to 30 s; another 4xx puts the finding among the dead letters (`tracee.dead.forward.<name>`, the
        reason in a header), says so, and goes on. The bearer token comes from `--token-file` or `TRACEEMESH_FORWARD_TOKEN`. The position is called
        `--name`, or after the address; a forwarder that was killed has its last finding given again after 15 s.

        ## Dashboard and alerts

        [dashboard.json](../aspire/deploy/observability/dashboard.json) for Grafana has the ledger on top;
        [alerts.yaml](../aspire/deploy/observability/alerts.yaml) are Prometheus' rules for loss, silence and lag. A test holds both to the table below.


        """;

    /// <summary>The text.</summary>
    public static string Write()
    {
        var text = new StringBuilder(Head);
        text.AppendLine("| span | service | kind | meaning | attributes |").AppendLine("|---|---|---|---|---|");
        foreach (var span in SpanNames.All)
        {
            text.AppendLine($"| `{span.Name}` | {span.Service} | {span.Kind} | {span.Meaning} | {string.Join(", ", span.Tags.Select(t => $"`{t}`"))} |");
        }

        text.AppendLine().Append(Findings);
        text.AppendLine("## Metrics").AppendLine();
        text.AppendLine("As Prometheus scrapes them; over OTLP the same names without `_total`. `*` stands for an event, or for what is remembered. The runtime's own");
        text.AppendLine("(`dotnet_*`, `http_server_*`) are OpenTelemetry's `System.Runtime` and `Microsoft.AspNetCore.Hosting`.").AppendLine();
        text.AppendLine("| metric | kind | of | label | meaning |").AppendLine("|---|---|---|---|---|");
        foreach (var metric in MetricTable.All)
        {
            text.AppendLine($"| `{metric.Scraped}` | {metric.Kind} | {metric.Service} | {(metric.Label.Length == 0 ? "" : $"`{metric.Label}`")} | {metric.Help} |");
        }

        return text.ToString();
    }
}
