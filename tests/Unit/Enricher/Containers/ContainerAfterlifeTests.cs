using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Lookups;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Containers;

/// <summary>Who asks for a container just after its end is answered, and nobody is asked again.</summary>
public sealed class ContainerAfterlifeTests
{
    private const long Second = 1_000_000_000;
    private static readonly byte[] Id = Encoding.UTF8.GetBytes(new string('a', 64));

    [Theory]
    [InlineData(29, LookupStatus.Found)]
    [InlineData(30, LookupStatus.NotFound)]
    public void AskedForAsOfNow_AfterItsEnd_IsFoundFor30SecondsWithWhatWasKnown(long secondsLater, LookupStatus expected)
    {
        var stores = new NodeStores();
        stores.BeginLoad(7);
        stores.Containers.Begin(At(0, Second));
        stores.Containers.SnapshotEnded(At(1, Second));
        var container = stores.Containers.Made(new CgroupBody { CgroupId = 1 }, [.. "/docker/"u8, .. Id], At(2, 10 * Second))!;
        stores.Containers.Learn(container, EnrichmentState.Complete, new ContainerFacts(new ContainerDetails { Image = "shop/cart:1" }));
        stores.Containers.Removed(new CgroupBody { CgroupId = 1 }, At(3, 20 * Second));

        stores.Containers.Made(new CgroupBody { CgroupId = 2 }, "/system.slice"u8, At(4, (20 + secondsLater) * Second));
        stores.Advance(new StorePosition(0, 5));

        Assert.True(new NodeLookups("node-a", stores, new ContainersSource(stores)).TryAnswer(new LookupRequest { Keys = [DataValue.Of(container.Id.ToString())] }, out var reply, out _));
        var result = Assert.Single(reply.Results);
        Assert.Equal(expected, result.Status);
        if (expected == LookupStatus.Found)
        {
            Assert.Equal("shop/cart:1", result.Values["container_image"].Text);
        }
    }

    private static Moment At(long offset, long time) => new(new StorePosition(0, offset), time);
}
