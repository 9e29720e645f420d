using Xunit;

namespace TraceeMesh.Tests.Images;

/// <summary>A test that needs the images and a daemon to run them; skipped, with the reason, where they cannot be had.</summary>
public sealed class ImageFactAttribute : FactAttribute
{
    /// <summary>Skips where it must.</summary>
    public ImageFactAttribute() => Skip = ImageMesh.Obstacle;
}
