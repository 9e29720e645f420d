using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.CommandAndControl;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.CommandAndControl;

public sealed class BinaryDriftTests
{
    private const long Created = 1_763_683_100_000_000_000;

    [Theory]
    [InlineData(Created + 1, 1)]
    [InlineData(Created, 0)]
    [InlineData(Created - 1, 0)]
    [InlineData(0, 0)]
    public async Task Exec_OfAFile_FindsThoseYoungerThanTheContainer(long changed, int findings)
    {
        var found = await new BinaryDrift().FindingsOn(Exec("/tmp/x", changed).Inside(), Containers());

        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal((changed, Created, "shop/cart:1"), (f["changed"].Integer, f["container_created"].Integer, f["image"].Text)));
    }

    [Fact]
    public async Task Exec_OfTheSameFile_FindsOnceAnHour()
    {
        using var harness = new SignatureHarness(new BinaryDrift(), Containers());
        var later = Exec("/tmp/x", Created + 1).Inside();
        later.Context.Timestamp += 3_700_000_000_000;

        Assert.Single(await harness.Feed(Exec("/tmp/x", Created + 1).Inside()));
        Assert.Empty(await harness.Feed(Exec("/tmp/x", Created + 1).Inside()));
        Assert.Single(await harness.Feed(Exec("/tmp/x", Created + 2).Inside()));
        Assert.Single(await harness.Feed(Exec("/tmp/x", Created + 1).InContainer("other")));
        Assert.Single(await harness.Feed(later));
    }

    [Fact]
    public async Task Exec_OnTheHostFromMemoryOrOfAnUnknownContainer_FindsNothing()
    {
        Assert.Empty(await new BinaryDrift().FindingsOn(Exec("/tmp/x", Created + 1), Containers()));
        Assert.Empty(await new BinaryDrift().FindingsOn(Exec("memfd:x", Created + 1).Inside(), Containers()));
        Assert.Empty(await new BinaryDrift().FindingsOn(Exec("/tmp/x", Created + 1).Inside(), new FixedDataSource("tracee", "containers", _ => Lookup.Failed(LookupStatus.Unavailable))));
    }

    private static Event Exec(string path, long changed) => EventMaker.Make("sched_process_exec", ("pathname", path), ("dev", 7), ("inode", 42), ("ctime", changed));

    private static FixedDataSource Containers() =>
        new("tracee", "containers", id => Made.Found(DataValue.MapOf(("container_id", id), ("container_ctime", Created), ("container_image", "shop/cart:1"))));
}
