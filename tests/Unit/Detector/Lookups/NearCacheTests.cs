using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Lookups;

public sealed class NearCacheTests
{
    private const uint Load = 7;

    private readonly NearCache _cache = new(capacity: 4);
    private readonly ChangeChain _chain = new();

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(19, true)]
    [InlineData(20, false)]
    public void ClosedAnswer_ServesItsIntervalOnly(long position, bool expected)
    {
        Add("a", Found(10, 20, open: false));

        Assert.Equal(expected, Hits("a", position));
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void OpenAnswer_WithoutProof_ServesUpToAsOf(long position, bool expected)
    {
        Add("a", Found(10, 20, open: true));

        Assert.Equal(expected, Hits("a", position));
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void OpenAnswer_WithAnUnbrokenChain_ServesAsFarAsItReaches(long position, bool expected)
    {
        Tell(1, 15, 21);
        Tell(2, 21, 30, "b");
        Add("a", Found(10, 20, open: true));

        Assert.Equal(expected, Hits("a", position));
    }

    [Fact]
    public void OpenAnswer_ItsSubjectChangedBehindIt_ServesUpToAsOf()
    {
        Tell(1, 15, 21, "a");
        Tell(2, 21, 30, "a");
        Add("a", Found(10, 20, open: true));

        Assert.True(Hits("a", 20));
        Assert.False(Hits("a", 25));
    }

    [Fact]
    public void OpenAnswer_ItsSubjectChangedBeforeIt_IsProven()
    {
        Tell(1, 15, 21, "a");
        Tell(2, 21, 30);
        Add("a", Found(10, 20, open: true));

        Assert.True(Hits("a", 25));
    }

    [Fact]
    public void OpenAnswer_ChangeToldBeforeTheAnswerCame_IsStillSeen()
    {
        Tell(1, 15, 21);
        Tell(2, 21, 30, "a");
        Tell(3, 30, 40);

        Add("a", Found(10, 20, open: true));

        Assert.False(Hits("a", 35));
    }

    [Theory]
    [InlineData(1UL, 4, 30, Load)] // a number is missing
    [InlineData(2UL, 3, 30, Load)] // the source was started anew
    [InlineData(1UL, 3, 31, Load)] // positions are missing
    [InlineData(1UL, 3, 30, Load + 1)] // another load
    public void OpenAnswer_ChainBroken_ServesUpToAsOf(ulong incarnation, long number, long from, uint load)
    {
        Tell(1, 15, 21);
        Tell(2, 21, 30);
        Add("a", Found(10, 20, open: true));
        Assert.True(Hits("a", 25));

        _chain.Add(new ChangeNotice { Incarnation = incarnation, Number = number, LoadId = load, From = from, To = 40 });

        Assert.False(Hits("a", 25));
        Assert.True(Hits("a", 20));
        Assert.Equal(1, _chain.Breaks);
    }

    [Fact]
    public void OpenAnswer_AllMayHaveChanged_ServesUpToAsOf()
    {
        Tell(1, 15, 21);
        Add("a", Found(10, 20, open: true));

        _chain.Add(new ChangeNotice { Incarnation = 1, Number = 2, LoadId = Load, From = 21, To = 30, All = true });

        Assert.False(Hits("a", 25));
    }

    [Fact]
    public void Chain_MoreSubjectsThanItRemembers_ReachesLessFarBack()
    {
        const int most = ChangeChain.MaxSubjects;
        Tell(1, 15, 21);
        Add("early", Found(10, 20, open: true));
        Add("late", Found(10, most + 500, open: true));
        Add("changed", Found(10, most + 500, open: true));
        for (var i = 0; i < most + 1000; i++)
        {
            Tell(2 + i, 21 + i, 22 + i, i == most + 900 ? "changed" : $"other {i}");
        }

        Assert.True(Hits("early", most + 900));
        Assert.False(Hits("changed", most + 950));

        for (var i = most + 1000; i < 2 * most; i++)
        {
            Tell(2 + i, 21 + i, 22 + i, $"other {i}");
        }

        Assert.True(Hits("early", most + 900));
        Tell(2 + (2 * most), 21 + (2 * most), 22 + (2 * most), "one more");
        Assert.False(Hits("early", most + 900));
        Assert.True(Hits("late", most + 950));
        Assert.False(Hits("changed", most + 950));
    }

    [Fact]
    public void Lineage_ItsProcessChanged_IsNotProven()
    {
        Tell(1, 15, 21);
        var lineage = LookupKey.Lineage(5, 3);
        _cache.Add("node-a", Load, lineage, Found(10, 20, open: true));
        _chain.Add(new ChangeNotice { Incarnation = 1, Number = 2, LoadId = Load, From = 21, To = 30, Keys = [LookupKey.Process(6)] });
        Assert.True(_cache.TryGet("node-a", Load, 25, lineage, _chain, out _));

        _chain.Add(new ChangeNotice { Incarnation = 1, Number = 3, LoadId = Load, From = 30, To = 40, Keys = [LookupKey.Process(5)] });

        Assert.False(_cache.TryGet("node-a", Load, 35, lineage, _chain, out _));
    }

    [Fact]
    public void Answer_OfAnotherNodeLoadOrKey_IsNotFound()
    {
        Add("a", Found(10, 20, open: false));

        Assert.False(_cache.TryGet("node-b", Load, 15, "a", _chain, out _));
        Assert.False(_cache.TryGet("node-a", Load + 1, 15, "a", _chain, out _));
        Assert.False(_cache.TryGet("node-a", Load, 15, "b", _chain, out _));
        Assert.False(_cache.TryGet("node-a", Load, 15, 5L, _chain, out _));
    }

    [Fact]
    public void Answer_NotEnrichedOrWithoutInterval_IsNotKept()
    {
        Add("a", Found(10, 20, open: false) with { Enrichment = "pending" });
        Add("b", LookupResult.Failed(LookupStatus.NotFound));

        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void Key_OfAnEvent_IsKeptByItsBytes()
    {
        var bytes = "abc"u8.ToArray();
        _cache.Add("node-a", Load, new Utf8Text(bytes), Found(10, 20, open: false));
        bytes[0] = (byte)'x';

        Assert.True(Hits("abc", 15));
        Assert.False(Hits("xbc", 15));
    }

    [Fact]
    public void Full_WhatIsUsedStays()
    {
        Add("used", Found(10, 20, open: false));
        for (var i = 0; i < 40; i++)
        {
            Add($"{i}", Found(10, 20, open: false));
            Assert.True(Hits("used", 15));
            Assert.InRange(_cache.Count, 1, 8);
        }

        Assert.False(Hits("0", 15));
    }

    [Fact]
    public void Hit_AllocatesNothing()
    {
        Tell(1, 15, 21);
        Tell(2, 21, 30);
        var id = new Utf8Text(new byte[64]);
        _cache.Add("node-a", Load, id, Found(10, 20, open: true));
        _cache.Add("node-a", Load, LookupKey.Lineage(5, 3), Found(10, 20, open: true));
        var hits = 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            hits += _cache.TryGet("node-a", Load, 25, id, _chain, out _) ? 1 : 0;
            hits += _cache.TryGet("node-a", Load, 25, LookupKey.Lineage(5, 3), _chain, out _) ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2000, hits);
    }

    private static LookupResult Found(long from, long to, bool open) => new(LookupStatus.Found, DataValue.MapOf(("x", 1)), from, to, open);

    private void Add(string key, LookupResult result) => _cache.Add("node-a", Load, key, result);

    private bool Hits(string key, long position) => _cache.TryGet("node-a", Load, position, key, _chain, out _);

    private void Tell(long number, long from, long to, params string[] keys) => _chain.Add(new ChangeNotice
    {
        Incarnation = 1,
        Number = number,
        LoadId = Load,
        From = from,
        To = to,
        Keys = [.. keys.Select(k => (LookupKey)k)],
    });
}
