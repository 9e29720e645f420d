using System.Text.Json.Nodes;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

/// <summary>Labels and owner: told in the JSON of a container's own events where known, within bounds.</summary>
public sealed class LifecycleLabelsTests : IAsyncDisposable
{
    // As large as a pod's may be.
    private static readonly IReadOnlyDictionary<string, string> Many =
        Enumerable.Range(0, RuntimeLimits.MaxLabels).ToDictionary(i => $"label-{i:d4}", _ => new string('v', (RuntimeLimits.MaxLabelBytes / RuntimeLimits.MaxLabels) - 10));

    private readonly PodTable _pods = new();
    private readonly EnrichmentScene _scene;

    public LifecycleLabelsTests() => _scene = new EnrichmentScene(_pods);

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task ContainerOfAKnownPod_IsToldWithItsLabelsThePodsAndTheOwner()
    {
        _pods.Set(new KubernetesPod("u-1", "cart", "shop", "ReplicaSet", "cart-5d9", new Dictionary<string, string> { ["app"] = "\"cart\"" }));

        var told = await TellAsync();

        Assert.Equal("checkout", (string?)told["container"]!["labels"]!["team"]);
        Assert.Equal("\"cart\"", (string?)told["kubernetes"]!["podLabels"]!["app"]);
        Assert.Equal("""{"kind":"ReplicaSet","name":"cart-5d9"}""", told["kubernetes"]!["owner"]!.ToJsonString());
    }

    [Fact]
    public async Task ContainerOfAPodNobodyKnows_IsToldWithoutThem()
    {
        _pods.Set(new KubernetesPod("u-2", "other", "shop", "ReplicaSet", "other-1", Many));

        var told = await TellAsync();

        Assert.False(told["kubernetes"]!.AsObject().ContainsKey("podLabels"));
        Assert.False(told["kubernetes"]!.AsObject().ContainsKey("owner"));
    }

    [Fact]
    public async Task Events_InsideAContainer_CarryNoLabels()
    {
        await TellAsync();
        var before = _scene.Harness.Frames.Count;

        _scene.Harness.Give(1, new RecordBuilder().Open("/a"));

        Assert.DoesNotContain(_scene.Harness.Frames.Skip(before), f => f.Bytes.AsSpan().IndexOf("checkout"u8) >= 0);
    }

    [Fact]
    public void PodTable_LabelsBeyondTheBound_GoesWithoutThem_AndHasRoomAgainWhenOthersGo()
    {
        var pods = 0;
        while (_pods.Labels.Refused == 0)
        {
            _pods.Set(new KubernetesPod($"u-{pods++}", "", "", "", "", Many));
        }

        Assert.InRange(_pods.Labels.Used, PodTable.MaxLabelBytes - LabelBudget.BytesOf(Many), PodTable.MaxLabelBytes);
        Assert.True(_pods.TryGet($"u-{pods - 1}", out var last));
        Assert.Empty(last.Labels);

        // One that is told again takes no more room than it had.
        _pods.Set(new KubernetesPod("u-0", "", "", "", "", Many));
        Assert.Equal(1, _pods.Labels.Refused);
        _pods.KeepOnly(new HashSet<string> { "u-0" });
        Assert.Equal(LabelBudget.BytesOf(Many), _pods.Labels.Used);
    }

    [Fact]
    public void ContainerStore_LabelsBeyondTheBound_GoesWithoutThem_AndHasRoomAgainWhenOthersAreForgotten()
    {
        var store = new ContainerStore();
        var containers = new List<Container>();
        while (store.Labels.Refused == 0)
        {
            var number = containers.Count;
            containers.Add(store.Made(new CgroupBody { CgroupId = (ulong)number + 1 }, Path(number), new Moment(new StorePosition(0, number), 0))!);
            store.Learn(containers[^1], EnrichmentState.Complete, new ContainerFacts(new ContainerDetails { Name = "n", Labels = Many }));
        }

        Assert.InRange(store.Labels.Used, ContainerStore.MaxLabelBytes - LabelBudget.BytesOf(Many), ContainerStore.MaxLabelBytes);
        Assert.Equal(("n", 0), (containers[^1].Facts.Name.ToString(), containers[^1].Facts.Labels.Count));

        foreach (var number in Enumerable.Range(0, containers.Count))
        {
            store.Removed(new CgroupBody { CgroupId = (ulong)number + 1 }, new Moment(new StorePosition(0, 100_000), 1));
        }

        store.Made(new CgroupBody { CgroupId = 1_000_000 }, Path(1_000_000), new Moment(new StorePosition(0, 100_001), (long)ContainerStore.Retention.TotalNanoseconds + 2));
        Assert.Equal(0, store.Labels.Used);
        store.Learn(containers[0], EnrichmentState.Complete, new ContainerFacts(new ContainerDetails { Labels = Many }));
        Assert.Equal(0, store.Labels.Used);
    }

    private static byte[] Path(int number) =>
        System.Text.Encoding.UTF8.GetBytes($"/docker/{number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)}");

    private async Task<JsonObject> TellAsync()
    {
        var id = new string('a', 64);
        _scene.Harness.Give(0, EnrichmentScene.Make(id, 77));
        await _scene.AnswerAsync(id, RuntimeStatus.Found, "shop/cart:1");
        var told = Assert.Single(_scene.Harness.Cutter.Lifecycle);
        return JsonNode.Parse(told.Buffer.AsSpan(0, told.Length))!.AsObject();
    }
}
