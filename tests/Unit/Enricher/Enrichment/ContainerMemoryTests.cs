using System.Globalization;
using System.Text;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

/// <summary>Looks at the heap of the whole process, so no other test runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[Collection(Name)]
public sealed class ContainerMemoryTests : IAsyncDisposable
{
    private const string Name = "the heap of the process";

    private readonly EnrichmentScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task KnownContainer_TakesAtMostTwoKibibytes()
    {
        const int Count = 10_000;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++)
        {
            var id = i.ToString("x64", CultureInfo.InvariantCulture);
            _scene.Harness.Stores.Containers.Made(new CgroupBody { CgroupId = (ulong)i }, Encoding.UTF8.GetBytes($"/docker/{id}"), new Moment(new StorePosition(0, i), i));
            _scene.Harness.Stores.Containers.Made(new CgroupBody { CgroupId = (ulong)i, HierarchyId = 4 }, Encoding.UTF8.GetBytes($"/docker/{id}"), new Moment(new StorePosition(0, i), i));
            _scene.Runtime.Answer(id, RuntimeStatus.Found, $"registry.example.org/shop/cart:1.4.{i}");
            _scene.Enrichment.Ask(_scene.Harness.Stores.Containers.Find(new CgroupKey(0, (ulong)i))!);
        }

        await TestWait.Until(
            () =>
            {
                _scene.Harness.Release();
                return _scene.Counters.Read()["enrichment_open"] == 0;
            },
            "all answers are taken",
            60);
        _scene.Harness.Release();
        _scene.Harness.Stores.Containers.ClearFresh();
        _scene.Runtime.Forget();
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;

        Assert.InRange(each, 0, 2048);
        Assert.Equal(2 * Count, _scene.Harness.Stores.Containers.Count);
    }
}
