using Xunit;

namespace TraceeMesh.Tests.Images;

/// <summary>As <see cref="ImageFactAttribute"/>, for many cases.</summary>
public sealed class ImageTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips where it must.</summary>
    public ImageTheoryAttribute() => Skip = ImageMesh.Obstacle;
}
