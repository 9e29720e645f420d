using System.Diagnostics;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Detector;
using TraceeMesh.ServiceDefaults;
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

        // A detector that is stopped keeps no lease; the one here judges in its place.
        using var own = Process.GetProcessById(await DetectorAsync());
        await SignalAsync(own, "STOP");
        using var stop = new CancellationTokenSource();
        var running = MeshHost.RunAsync(
            "detector",
            ["--node", LiveMesh.Node, "--instance", "example", "--nats", shared.Mesh.NatsUrl, "--credentials", shared.Mesh.CredentialsOf("detector")],
            (host, cancellation) => RunAsync(host, cancellation, stop.Token));
        try
        {
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
        finally
        {
            await stop.CancelAsync();
            await SignalAsync(own, "CONT");
        }

        Assert.Equal(ExitCode.Ok, await running);
    }

    private static async Task RunAsync(MeshHost host, CancellationToken cancellation, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stop);
        try
        {
            await Pipeline.RunAsync(host, [() => new UnexpectedImage("shop/till:1")], either.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to end.
        }
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private async Task<int> DetectorAsync() =>
        (int)(await shared.Mesh.RunAsync("status", "--json")).Objects.Single(o => (string?)o["service"] == "detector")["pid"]!;
}
