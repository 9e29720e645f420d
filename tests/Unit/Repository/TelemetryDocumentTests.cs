using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace TraceeMesh.Tests.Unit.Repository;

public sealed partial class TelemetryDocumentTests
{
    private const string Observability = "aspire/deploy/observability";

    // TRACEEMESH_WRITE_DOCUMENTS=1 writes it anew.
    [Fact]
    public void TelemetryDocument_IsWhatTheCodeSays()
    {
        var path = Path.Combine(RepositoryFiles.Root, "docs/telemetry.md");
        var text = TelemetryDocument.Write();
        if (Environment.GetEnvironmentVariable("TRACEEMESH_WRITE_DOCUMENTS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("dashboard.json")]
    [InlineData("alerts.yaml")]
    public void EveryMetricNamed_IsOneThatAServiceExports(string file)
    {
        var named = MetricName().Matches(File.ReadAllText(Path.Combine(RepositoryFiles.Root, Observability, file))).Select(m => m.Value).Distinct().ToList();

        Assert.True(named.Count > 5);
        Assert.All(named, n => Assert.True(MetricTable.All.Any(m => m.Scraped == n), $"{file} names {n}, which no service exports"));
    }

    [Fact]
    public void Dashboard_IsJsonWithTheLedgerOnTop()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Root, Observability, "dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.GetProperty("type").GetString() != "row").ToList();
        var top = panels.Min(p => p.GetProperty("gridPos").GetProperty("y").GetInt32());

        Assert.All(
            panels.Where(p => p.GetProperty("gridPos").GetProperty("y").GetInt32() == top),
            p => Assert.Contains("traceemesh_ledger_", p.GetProperty("targets").ToString(), StringComparison.Ordinal));
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
    }

    [Fact]
    public void Metrics_AreFoundInEveryService() =>
        Assert.All(["every service", "collector", "enricher", "detector", "datasource-api"], s => Assert.Contains(MetricTable.All, m => m.Service == s));

    [GeneratedRegex("traceemesh_[a-z0-9_]+")]
    private static partial Regex MetricName();
}
