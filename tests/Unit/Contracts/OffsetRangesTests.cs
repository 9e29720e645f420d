using TraceeMesh.Contracts.Ledger;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class OffsetRangesTests
{
    [Fact]
    public void Add_TouchingRanges_Merge()
    {
        var ranges = new OffsetRanges();
        ranges.Add(0, 10);
        ranges.Add(20, 30);
        ranges.Add(10, 20);

        Assert.Equal([(0L, 30L)], ranges.Ranges);
        Assert.Equal(30, ranges.Contiguous);
    }

    [Fact]
    public void Add_SameRangeTwice_AddsNothing()
    {
        var ranges = new OffsetRanges();

        Assert.Equal(10, ranges.Add(5, 15));
        Assert.Equal(0, ranges.Add(5, 15));
        Assert.Equal(5, ranges.Add(10, 20));
    }

    [Fact]
    public void GapsBelow_NamesWhatIsMissing()
    {
        var ranges = new OffsetRanges();
        ranges.Add(5, 10);
        ranges.Add(20, 25);

        Assert.Equal([(0L, 5L), (10L, 20L), (25L, 30L)], ranges.GapsBelow(30));
        Assert.Equal([(0L, 5L), (10L, 15L)], ranges.GapsBelow(15).Select(g => (g.From, Math.Min(g.To, 15))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomRanges_AgreeWithASetOfNumbers(int seed)
    {
        var random = new Random(seed);
        var ranges = new OffsetRanges();
        var model = new HashSet<long>();
        for (var step = 0; step < 500; step++)
        {
            var from = random.Next(1000);
            var to = from + random.Next(20);
            var added = 0;
            for (long i = from; i < to; i++)
            {
                added += model.Add(i) ? 1 : 0;
            }

            Assert.Equal(added, ranges.Add(from, to));
            var limit = random.Next(1100);
            Assert.Equal(model.Count(i => i < limit), ranges.CountBelow(limit));
            Assert.Equal(limit - ranges.CountBelow(limit), ranges.GapsBelow(limit).Sum(g => Math.Min(g.To, limit) - g.From));
        }

        Assert.Equal(model.Count, ranges.Count);
    }
}
