using Xunit;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>A test of rendered overlays; skipped, with the reason, where nothing can render them.</summary>
public sealed class OverlayTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips where it must.</summary>
    public OverlayTheoryAttribute() => Skip = Kustomize.Obstacle;
}
