using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TraceeMesh.Bus;

namespace TraceeMesh.ServiceDefaults.Telemetry;

/// <summary>
/// Metrics, spans and logs over OTLP, as the variables <c>OTEL_*</c> of OpenTelemetry say. Without an endpoint there is nothing
/// of it, and spans are not even made.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    // A raw frame is a trace, and a busy node makes two hundred a second: one in a hundred where nobody says otherwise.
    private const double SampledByDefault = 0.01;

    // What the last batch may take of a service's end; the collector of telemetry may be gone.
    private const int FarewellMilliseconds = 1000;

    private readonly Func<string, string?> _environment;
    private readonly ResourceBuilder _resource;
    private readonly TracerProvider? _tracer;

    /// <summary>What the environment asks for.</summary>
    /// <param name="options">Which service it is.</param>
    /// <param name="environment">The environment.</param>
    public OtlpExport(MeshOptions options, Func<string, string?> environment)
    {
        _environment = environment;

        // What the environment says comes last, and wins.
        _resource = ResourceBuilder.CreateEmpty()
            .AddTelemetrySdk()
            .AddService($"traceemesh-{options.Service}", "traceemesh", typeof(OtlpExport).Assembly.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, options.Instance)
            .AddAttributes([new("host.name", Environment.MachineName), new(SpanTags.Node, options.Node)])
            .AddEnvironmentVariableDetector();
        _tracer = IsOn("TRACES") ? BuildTracer() : null;
    }

    /// <summary>Adds the export of metrics, where it is asked for.</summary>
    public MeterProviderBuilder AddTo(MeterProviderBuilder meters) => IsOn("METRICS") ? meters.SetResourceBuilder(_resource).AddOtlpExporter() : meters;

    /// <summary>Adds the export of logs, where it is asked for.</summary>
    public void AddTo(ILoggingBuilder log)
    {
        if (IsOn("LOGS"))
        {
            log.AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.SetResourceBuilder(_resource).AddOtlpExporter();
            });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tracer?.Shutdown(FarewellMilliseconds);
        _tracer?.Dispose();
    }

    private TracerProvider BuildTracer()
    {
        var tracer = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(_resource).AddSource(MeshTrace.SourceName).AddOtlpExporter();
        return (string.IsNullOrEmpty(_environment("OTEL_TRACES_SAMPLER")) ? tracer.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(SampledByDefault))) : tracer).Build();
    }

    private bool IsOn(string signal) =>
        !string.Equals(_environment("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && _environment($"OTEL_{signal}_EXPORTER") is null or "" or "otlp"
        && !(string.IsNullOrEmpty(_environment("OTEL_EXPORTER_OTLP_ENDPOINT")) && string.IsNullOrEmpty(_environment($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")));
}
