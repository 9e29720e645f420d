using Xunit;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>A test that needs systemd's own reader of units; skipped where it is not installed.</summary>
public sealed class SystemdFactAttribute : FactAttribute
{
    /// <summary>Skips where it must.</summary>
    public SystemdFactAttribute() => Skip = File.Exists("/usr/bin/systemd-analyze") ? null : "it needs systemd-analyze: apt-get install systemd";
}
