using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>The tests that share a mesh; one after the other, since what one does the others would see.</summary>
[CollectionDefinition(Name)]
public sealed class WholeMeshCollection : ICollectionFixture<SharedMesh>
{
    /// <summary>Its name.</summary>
    public const string Name = "whole mesh";
}
