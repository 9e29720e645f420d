using Xunit;

namespace TraceeMesh.Tests.Images;

/// <summary>One mesh for all tests: building the images takes longer than all of them.</summary>
[CollectionDefinition(Name)]
public sealed class ImageMeshCollection : ICollectionFixture<ImageMesh>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "images";
}
