using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace TraceeMesh.ServiceDefaults.Telemetry;

/// <summary>Answers a scrape in Prometheus' text format 0.0.4: the registry of packages has OpenTelemetry but not its Prometheus exporter.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusText : BaseExporter<Metric>, IPullMetricExporter
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>Collects all metrics and renders them.</summary>
    public string Scrape()
    {
        lock (_gate)
        {
            _text.Clear();
            Collect?.Invoke(Timeout.Infinite);
            return _text.ToString();
        }
    }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (var metric in batch)
        {
            Render(metric);
        }

        return ExportResult.Success;
    }

    private static string Name(Metric metric)
    {
        var name = new StringBuilder(metric.Name.Length + 8);
        foreach (var c in metric.Name)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        if (metric.Unit is "s" or "By")
        {
            name.Append(metric.Unit == "s" ? "_seconds" : "_bytes");
        }

        // Prometheus keeps this ending for histograms; the runtime has gauges called so.
        if (metric.MetricType != MetricType.Histogram && metric.Name.EndsWith(".count", StringComparison.Ordinal))
        {
            name.Length -= ".count".Length;
        }

        return metric.MetricType.IsSum() && metric.MetricType is MetricType.LongSum or MetricType.DoubleSum ? name.Append("_total").ToString() : name.ToString();
    }

    private static string Kind(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Labels(in MetricPoint point, string? extra = null)
    {
        var labels = new List<string>();
        foreach (var tag in point.Tags)
        {
            var value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            labels.Add($"{tag.Key.Replace('.', '_').Replace('-', '_')}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"");
        }

        if (extra is not null)
        {
            labels.Add(extra);
        }

        return labels.Count == 0 ? "" : $"{{{string.Join(',', labels)}}}";
    }

    private void Render(Metric metric)
    {
        var name = Name(metric);
        var help = (metric.Description is { Length: > 0 } text ? text : metric.Name).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(Kind(metric)).Append('\n');
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Line(name, Labels(in point), point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Line(name, Labels(in point), point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Line(name, Labels(in point), point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Line(name, Labels(in point), point.GetGaugeLastValueDouble());
                    break;
                case MetricType.Histogram:
                    Histogram(name, in point);
                    break;
                default:
                    break;
            }
        }
    }

    private void Histogram(string name, in MetricPoint point)
    {
        long below = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            Line($"{name}_bucket", Labels(in point, $"le=\"{bound}\""), below);
        }

        Line($"{name}_sum", Labels(in point), point.GetHistogramSum());
        Line($"{name}_count", Labels(in point), point.GetHistogramCount());
    }

    private void Line(string name, string labels, double value) =>
        _text.Append(name).Append(labels).Append(' ').Append(Number(value)).Append('\n');
}
