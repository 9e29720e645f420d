using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>A signature of a user's own, in a detector that takes the place of the mesh's.</summary>
[Collection(MeshWithRuntimesCollection.Name)]
public sealed class ExampleSignatureTests(MeshWithRuntimes shared)
{
    private const double TakeOverSeconds = 30;

    [Theory]
    [Runtime("docker")]
    public async Task UnexpectedImage_IsFoundWithTheImageOfTheContainer(string name)
    {
        var runtime = shared.Runtime(name);
        await using var reader = await BusConnection.ConnectAsync(new BusOptions { Urls = [shared.Mesh.NatsUrl] });
        using var findings = reader.Subscribe($"tracee.findings.medium.unexpected_image.{LiveMesh.Node}");
        await using var detector = await OwnDetector.StartAsync(shared.Mesh, () => new UnexpectedImage("shop/till:1"));
        var container = await runtime.RunAsync("unexpected", "sh", "-c", "while true; do /bin/true; sleep 0.1; done");

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(TakeOverSeconds));
        JsonObject finding;
        do
        {
            using var message = await findings.ReadAsync(patience.Token) ?? throw new InvalidOperationException("the connection was closed");
            finding = JsonNode.Parse(message.Payload)!.AsObject();
        }
        while ((string?)finding["containerId"] != container.Id);

        Assert.Equal(container.Image, (string?)finding.Argument("image"));
        Assert.Equal(container.Image, (string?)finding["container"]!["image"]);
        Assert.Equal("EX-1", (string?)finding["metadata"]!["Properties"]!["signatureID"]);
        await runtime.RemoveAsync(container);
    }
}
