using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>The tests that share the runtimes and the mesh beside them; one after the other, since some restart a part of it.</summary>
[CollectionDefinition(Name)]
public sealed class MeshWithRuntimesCollection : ICollectionFixture<MeshWithRuntimes>
{
    /// <summary>Its name.</summary>
    public const string Name = "mesh with runtimes";
}
