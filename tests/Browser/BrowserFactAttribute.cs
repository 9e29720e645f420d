using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>A test that drives a browser; skipped, saying why, where there is none.</summary>
public class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.Obstacle;
}
