using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>An image that came from a registry has a digest, and what is told of its containers has it too.</summary>
[Collection(MeshWithRuntimesCollection.Name)]
public sealed class PulledImageTests(MeshWithRuntimes shared)
{
    private const string Repository = "shop/pulled";

    [RegistryTheory]
    [Runtime("docker")]
    public async Task ContainerOfAPulledImage_IsToldWithTheDigestOfTheRegistry(string name)
    {
        var docker = (Dockerd)shared.Runtime(name);
        await using var registry = await ImageRegistry.StartAsync();
        var image = await docker.PullThroughAsync(registry, Repository);
        var digest = $"{registry.Address}/{Repository}@{await registry.DigestAsync(Repository, "1")}";

        var container = await docker.RunImageAsync(image, "pulled", "sleep", "3600");

        Assert.Equal(digest, container.Digest);
        ContainerEvent.AssertTells(await shared.Lifecycle.FirstAsync(container.Id, "container_create"), name, container);
        await docker.ExecAsync(container.Id, "/bin/echo", "pulled");
        await TestWait.Until(() => shared.Execs.In(container.Id).Any(e => (string?)e.Argument("cmdpath") == "/bin/echo"), "the exec in it");
        Assert.All(shared.Execs.In(container.Id), e => Assert.Equal(digest, (string?)e["container"]!["imageDigest"]));
        var values = Assert.Single((await shared.Mesh.RunAsync("get", "tracee", "containers", container.Id, "--json")).Objects);
        Assert.Equal(image, (string?)values["container_image"]);
        await docker.RemoveAsync(container);
    }

    private sealed class RegistryTheoryAttribute : TheoryAttribute
    {
        public RegistryTheoryAttribute() => Skip = ImageRegistry.Obstacle;
    }
}
