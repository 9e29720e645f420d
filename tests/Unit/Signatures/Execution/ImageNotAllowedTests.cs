using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.Execution;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Execution;

public sealed class ImageNotAllowedTests
{
    [Theory]
    [InlineData("shop/cart:1", 0)]
    [InlineData("shop/cart:2", 1)]
    [InlineData("db:5000/shop/db:1", 0)]
    [InlineData("tools@sha256:00", 0)]
    [InlineData("tools@sha256:01", 1)]
    [InlineData("evil/miner", 1)]
    [InlineData("", 0)]
    public async Task Container_OfAnImage_FindsThoseNotAllowed(string image, int findings)
    {
        foreach (var name in Events)
        {
            var found = await new ImageNotAllowed().FindingsOn(Made(name, image), Images(("*", false), ("shop/cart:1", true), ("db:5000/shop/db", true), ("tools", false), ("tools@sha256:00", true)));

            Assert.Equal(findings, found.Count);
            Assert.All(found, f => Assert.Equal((image, "c1"), (f["image"].Text, f["container_id"].Text)));
        }
    }

    [Fact]
    public async Task Container_WhereNothingIsSaidOfAllImages_IsAllowed()
    {
        Assert.Empty(await new ImageNotAllowed().FindingsOn(Made("container_create", "evil/miner"), Images()));
        Assert.Single(await new ImageNotAllowed().FindingsOn(Made("container_create", "evil/miner"), Images(("evil/miner", false))));
    }

    [Fact]
    public async Task Container_ByItsDigest_IsAllowed() =>
        Assert.Empty(await new ImageNotAllowed().FindingsOn(Made("container_create", "shop/cart:2", "shop/cart@sha256:aa"), Images(("*", false), ("shop/cart@sha256:aa", true))));

    [Fact]
    public async Task Container_ThatIsToldTwice_IsFoundOnce()
    {
        using var harness = new SignatureHarness(new ImageNotAllowed(), Images(("*", false)));

        Assert.Empty(await harness.Feed(Made("container_create", "")));
        Assert.Single(await harness.Feed(Made("container_enriched", "evil/miner")));
        Assert.Empty(await harness.Feed(Made("existing_container", "evil/miner")));
    }

    private static readonly string[] Events = ["container_create", "existing_container", "container_enriched"];

    private static Event Made(string name, string image, string digest = "") =>
        EventMaker.Make(name, ("container_id", "c1"), ("container_image", image), ("container_image_digest", digest));

    private static FixedDataSource Images(params (string Name, bool Allowed)[] images) => new("traceemesh", "allowed_images", key =>
        images.Where(i => i.Name == key.Text).Select(i => Signatures.Made.Found(DataValue.MapOf(("allowed", i.Allowed)))).FirstOrDefault(Lookup.Failed(LookupStatus.NotFound)));
}
