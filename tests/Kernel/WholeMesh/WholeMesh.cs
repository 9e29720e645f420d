using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>One mesh for all tests that only use it.</summary>
public sealed class SharedMesh : IAsyncLifetime
{
    /// <summary>The mesh.</summary>
    public LiveMesh Mesh { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Mesh = await LiveMesh.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Mesh.DisposeAsync();
}

/// <summary>The tests that share a mesh; one after the other, since what one does the others would see.</summary>
[CollectionDefinition(Name)]
public sealed class WholeMeshCollection : ICollectionFixture<SharedMesh>
{
    /// <summary>Its name.</summary>
    public const string Name = "whole mesh";
}
