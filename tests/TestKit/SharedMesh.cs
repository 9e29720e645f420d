using Xunit;

namespace TraceeMesh.TestKit;

/// <summary>One mesh for all tests of a collection that only use it.</summary>
public sealed class SharedMesh : IAsyncLifetime
{
    /// <summary>The mesh.</summary>
    public LiveMesh Mesh { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Mesh = await LiveMesh.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Mesh.DisposeAsync();
}
