using System.Globalization;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Images;

/// <summary>What the images do where they run.</summary>
/// <param name="mesh">The mesh made of them.</param>
[Collection(ImageMeshCollection.Name)]
public sealed class ImageTests(ImageMesh mesh)
{
    private const string Signature = "sudoers_modification";

    [ImageFact]
    public async Task TriggerInAContainer_IsFoundWithContainerAndImage()
    {
        var finding = await FoundAsync("cart-0");

        Assert.Equal("cart-0", (string?)finding["container"]!["name"]);
        Assert.Equal("shop/cart:1.4.2", (string?)finding["container"]!["image"]);
        Assert.Equal(ImageMesh.Node, (string?)finding["mesh"]!["node"]);
    }

    [ImageFact]
    public async Task RollingRestartUnderLoad_LosesNothingAndFindsNothingTwice()
    {
        await FoundAsync("probe-0");
        var container = await mesh.RunWorkloadAsync("load-0", "sleep", "3600");

        // A line for each time the file was opened.
        var load = mesh.ShellAsync("load-0", "while [ ! -e /tmp/stop ]; do echo x >> /etc/sudoers; sleep 0.05; done");
        foreach (var service in (string[])["enricher", "detector", "datasource-api", "collector"])
        {
            await mesh.ReplaceAsync(service);
        }

        await mesh.ShellAsync("load-0", "echo > /tmp/stop");
        await load;
        var opened = int.Parse(await mesh.ShellAsync("load-0", "n=0; while read x; do n=$((n+1)); done < /etc/sudoers; echo $n"), CultureInfo.InvariantCulture);

        var (exitCode, ledger) = await mesh.LedgerAsync();
        Assert.True(exitCode == 0, ledger);
        IReadOnlyList<JsonNode> findings = [];
        await TestWait.Until(
            async () => (findings = await FindingsAsync(container.Id)).Count >= opened,
            $"{opened} findings",
            30,
            () => $"{findings.Count} of {opened}\n{ledger}");
        Assert.Equal(opened, findings.Select(f => (string)f["mesh"]!["id"]!).Distinct().Count());
        Assert.Equal(opened, findings.Count);
    }

    [ImageFact]
    public async Task EachContainer_HasNoMorePrivilegeThanItNeeds()
    {
        foreach (var service in (string[])["bus", "enricher", "detector", "datasource-api", "collector"])
        {
            var inspected = await mesh.InspectAsync(service);
            Assert.True((bool)inspected["HostConfig"]!["ReadonlyRootfs"]!, service);
            Assert.False((bool)inspected["HostConfig"]!["Privileged"]!, service);
            Assert.Equal(service == "collector" ? "0:0" : "59466:59466", (string)inspected["Config"]!["User"]!);
        }
    }

    // Until what a signature selects is in force, an event is nobody's.
    private async Task<JsonNode> FoundAsync(string name)
    {
        var container = await mesh.RunWorkloadAsync(name, "sleep", "3600");
        JsonNode? finding = null;
        await TestWait.Until(
            async () =>
            {
                await mesh.ShellAsync(name, "echo x >> /etc/sudoers");
                finding = await FindingsAsync(container.Id) is [var first, ..] ? first : null;
                return finding is not null;
            },
            "the trigger is found",
            60,
            () => mesh.LogsAsync().GetAwaiter().GetResult());
        return finding!;
    }

    private async Task<IReadOnlyList<JsonNode>> FindingsAsync(string container)
    {
        var jetStream = new JetStream(mesh.Bus);
        var stream = new StreamTable(new Subjects()).Findings.Name;
        var findings = new List<JsonNode>();
        if (await jetStream.FindStreamAsync(stream) is not { LastSequence: > 0 and var last })
        {
            return findings;
        }

        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition(stream));
        for (long sequence = 0; sequence < last;)
        {
            using var message = (await consumer.ReadAsync()).Message!;
            sequence = message.Metadata.StreamSequence;
            var finding = JsonNode.Parse(message.Payload)!;
            if ((string?)finding["eventName"] == Signature && (string?)finding["containerId"] == container)
            {
                findings.Add(finding);
            }
        }

        return findings;
    }
}
