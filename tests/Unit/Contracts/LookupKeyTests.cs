using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class LookupKeyTests
{
    [Fact]
    public void Key_MadeShortOrAsAValue_IsTheSame()
    {
        Same("abc", DataValue.Of("abc"));
        Same(new Utf8Text("abc"u8.ToArray()), DataValue.Of("abc"));
        Same(LookupKey.Process(5), DataValue.MapOf(("entityId", 5)));
        Same(LookupKey.Thread(5), DataValue.MapOf(("threadEntityId", 5)));
        Same(7L, DataValue.Of(7L));
    }

    [Fact]
    public void Value_IsWhatTravels()
    {
        Assert.Equal(DataValue.MapOf(("entityId", 5), ("maxDepth", 3)), LookupKey.Lineage(5, 3).Value);
        Assert.Equal(DataValue.MapOf(("threadEntityId", 5)), LookupKey.Thread(5).Value);
        Assert.Equal(DataValue.Of("abc"), ((LookupKey)"abc").Value);
    }

    [Fact]
    public void Subject_OfAMap_IsItsFirstPair()
    {
        Assert.Equal(LookupKey.Process(5), LookupKey.Lineage(5, 3).Subject);
        Assert.Equal(LookupKey.Process(5), LookupKey.Of(DataValue.MapOf(("entityId", 5), ("time", 9))).Subject);
        Assert.Equal(LookupKey.Of(DataValue.MapOf(("pid", 5))), LookupKey.Of(DataValue.MapOf(("pid", 5), ("time", 9))).Subject);
        Assert.Equal((LookupKey)"abc", ((LookupKey)"abc").Subject);
    }

    [Fact]
    public void Keys_ThatDiffer_AreNotEqual()
    {
        LookupKey[] keys =
        [
            "abc", "abd", "", 5L, 6L, LookupKey.Process(5), LookupKey.Thread(5), LookupKey.Lineage(5, 1), LookupKey.Lineage(5, 2), LookupKey.Process(6),
            DataValue.Of(true), DataValue.MapOf(("pid", 5)), DataValue.MapOf(("tid", 5)), DataValue.MapOf(("pid", "5")), DataValue.MapOf(), DataValue.Nil,
        ];

        for (var i = 0; i < keys.Length; i++)
        {
            for (var j = 0; j < keys.Length; j++)
            {
                Assert.Equal(i == j, keys[i] == keys[j]);
            }
        }
    }

    private static void Same(LookupKey left, LookupKey right)
    {
        Assert.Equal(left, right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }
}
