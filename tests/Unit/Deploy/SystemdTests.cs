using System.Diagnostics;
using TraceeMesh.Tests.Unit.Repository;
using Xunit;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>The units for hosts without containers, as systemd itself reads them.</summary>
public sealed class SystemdTests : IDisposable
{
    private static readonly string[] Programs =
    [
        "usr/lib/traceemesh/collector/TraceeMesh.Collector", "usr/lib/traceemesh/enricher/TraceeMesh.Enricher", "usr/lib/traceemesh/detector/TraceeMesh.Detector",
        "usr/lib/traceemesh/datasource-api/TraceeMesh.DataSourceApi", "usr/sbin/nats-server", "bin/kill",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("traceemesh-systemd-").FullName;

    public SystemdTests()
    {
        foreach (var program in Programs)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, program))!);
            File.Copy("/bin/true", Path.Combine(_root, program));
        }

        var units = Directory.CreateDirectory(Path.Combine(_root, "etc/systemd/system")).FullName;
        foreach (var unit in Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "aspire/deploy/systemd"), "traceemesh*"))
        {
            File.Copy(unit, Path.Combine(units, Path.GetFileName(unit)));
        }

        var own = Directory.CreateDirectory(Path.Combine(_root, "usr/lib/systemd/system")).FullName;
        foreach (var target in (string[])["basic.target", "sysinit.target", "shutdown.target", "multi-user.target", "local-fs.target", "sockets.target", "timers.target", "paths.target", "slices.target"])
        {
            File.WriteAllText(Path.Combine(own, target), "[Unit]\nDescription=of the host\n");
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SystemdFact]
    public void Units_AreWhatSystemdReadsWithoutAWord() => Assert.Equal((0, ""), Verify());

    [SystemdFact]
    public void UnitWithAnUnknownSetting_IsFound()
    {
        File.AppendAllText(Path.Combine(_root, "etc/systemd/system/traceemesh-detector.service"), "[Service]\nNoNewPrivilege=yes\n");

        Assert.Contains("NoNewPrivilege", Verify().Errors, StringComparison.Ordinal);
    }

    // The one list of capabilities: what the manifests of Kubernetes give it, in systemd's spelling.
    [Fact]
    public void OnlyTheCollector_HasCapabilities()
    {
        foreach (var unit in Directory.EnumerateFiles(Path.Combine(_root, "etc/systemd/system"), "*.service"))
        {
            var bounding = File.ReadLines(unit).Single(l => l.StartsWith("CapabilityBoundingSet=", StringComparison.Ordinal))["CapabilityBoundingSet=".Length..];
            Assert.Equal(unit.EndsWith("collector.service", StringComparison.Ordinal) ? "CAP_BPF CAP_PERFMON CAP_NET_ADMIN" : "", bounding);
        }
    }

    private (int ExitCode, string Errors) Verify()
    {
        using var process = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", $"--root={_root}", "traceemesh.target"]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
