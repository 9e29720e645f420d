using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class IdentityTests
{
    [Fact]
    public void EntityId_FitsIntoAJsonNumber()
    {
        var seed = EntityIds.Seed("node-a", "3f1c");
        for (uint tid = 1; tid < 10_000; tid++)
        {
            Assert.InRange(EntityIds.Of(seed, tid, tid * 1_000_003UL), 1UL, (1UL << 53) - 1);
        }
    }

    [Fact]
    public void EntityId_DependsOnNodeBootTidAndStart()
    {
        var id = EntityIds.Of(EntityIds.Seed("a", "b"), 7, 100);

        Assert.NotEqual(id, EntityIds.Of(EntityIds.Seed("a2", "b"), 7, 100));
        Assert.NotEqual(id, EntityIds.Of(EntityIds.Seed("a", "b2"), 7, 100));
        Assert.NotEqual(id, EntityIds.Of(EntityIds.Seed("a", "b"), 8, 100));
        Assert.NotEqual(id, EntityIds.Of(EntityIds.Seed("a", "b"), 7, 101));
        Assert.Equal(id, EntityIds.Of(EntityIds.Seed("a", "b"), 7, 100));
    }

    [Fact]
    public void EntityId_OfNothing_IsZero()
    {
        Assert.Equal(0UL, EntityIds.Of(1, 0, 100));
        Assert.Equal(0UL, EntityIds.Of(1, 7, 0));
    }

    [Fact]
    public void EntityId_AMillionTasks_DoNotCollide()
    {
        var seed = EntityIds.Seed("node-a", "boot");
        var ids = new HashSet<ulong>();
        for (uint i = 0; i < 1_000_000; i++)
        {
            Assert.True(ids.Add(EntityIds.Of(seed, 1 + (i % 32768), 1_000_000_000UL + (i * 61_000UL))));
        }
    }

    // The values travel and are stored: another hash would move every partition and rename every process.
    [Fact]
    public void Hash_NeverChanges()
    {
        Assert.Equal(0xefd01f60ba992926UL, Hash.Of([]));
        Assert.Equal(Hash.Of("node-a"u8), Hash.Of("node-a"u8));
        Assert.Equal(0x0UL, Hash.Mix(0));
        Assert.Equal(0xb456bcfc34c2cb2cUL, Hash.Mix(1));
    }

    [Theory]
    [InlineData("node-a", "node-a")]
    [InlineData("my.node", "my_node")]
    [InlineData("a b>*", "a_b__")]
    [InlineData("", "_")]
    [InlineData("nöde", "n_de")]
    public void Safe_LeavesOneToken(string name, string token) => Assert.Equal(token, Subjects.Safe(name));

    [Fact]
    public void Partition_OfOneNodeWithSpreadOne_IsOne()
    {
        var node = Hash.Of("node-a"u8);
        var partition = Partitioning.Of(node, 0, 1);

        Assert.InRange(partition, 0, Partitioning.Partitions - 1);
        for (ulong key = 1; key < 1000; key++)
        {
            Assert.Equal(partition, Partitioning.Of(node, key, 1));
        }
    }

    [Fact]
    public void Partition_WithSpread_ReachesExactlyThatMany()
    {
        var node = Hash.Of("node-a"u8);
        var reached = Enumerable.Range(0, 1000).Select(key => Partitioning.Of(node, (ulong)key, 4)).Distinct();

        Assert.Equal(4, reached.Count());
    }
}
