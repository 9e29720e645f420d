using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Partitions;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Partitions;

public sealed class DetectorMembersTests
{
    private readonly ManualTime _time = new();
    private long _revision;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(20)]
    public void Partitions_SharedByAll_AreEachOnesOnce_AndNobodyHasTwoMoreThanAnother(int count)
    {
        var names = Names(count);
        var shares = names.Select(n => Share(Knowing(n, names))).ToList();

        Assert.Equal(Enumerable.Range(0, Partitioning.Partitions), shares.SelectMany(s => s).Order());
        Assert.InRange(shares.Max(s => s.Count) - shares.Min(s => s.Count), 0, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Partitions_OfOneNode_AreSharedByAll(int count)
    {
        var names = Names(count);
        var shares = names.Select(n => Share(Knowing(n, names))).ToList();
        for (var first = 0; first < Partitioning.Partitions; first++)
        {
            var ofNode = Enumerable.Range(first, count).Select(p => p % Partitioning.Partitions).ToList();
            Assert.All(shares, s => Assert.Single(s.Intersect(ofNode)));
        }
    }

    [Fact]
    public void Member_ThatIsSilentForThreeSeconds_IsNotCounted_UnlessTheBusWasAway()
    {
        var members = Knowing("d.a", ["d.a", "d.b"]);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(8, Share(members).Count);
        members.Excuse();
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(8, Share(members).Count);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(16, Share(members).Count);
    }

    [Fact]
    public void Member_ThatWithdraws_IsNotCounted()
    {
        var members = Knowing("d.a", ["d.a", "d.b"]);
        members.Hear(Change(KeyValueChangeKind.Deleted, "d.b"));
        Assert.Equal(16, Share(members).Count);
    }

    [Fact]
    public void Member_ThatDoesNotKnowTheOthers_HasNoPartition()
    {
        var members = new DetectorMembers("d.a", new LeaseTimes(), _time);
        members.Hear(Change(KeyValueChangeKind.Put, "d.a"));
        Assert.Empty(Share(members));
    }

    [Fact]
    public void Bucket_ThatIsAnother_GivesNoPartitionAway()
    {
        var members = Knowing("d.a", ["d.a", "d.b"]);
        members.Hear(new KeyValueChange(KeyValueChangeKind.Reset));
        Assert.Equal(8, Share(members).Count);
    }

    [Fact]
    public void Record_ThatNobodyRenews_IsAbandonedAfterTenMinutes()
    {
        var members = Knowing("d.a", ["d.a", "d.b"]);
        _time.Advance(TimeSpan.FromMinutes(9.9));
        Assert.Empty(members.Abandoned());
        _time.Advance(TimeSpan.FromMinutes(0.1));
        Assert.Equal([("d.b", 2L)], members.Abandoned());
    }

    private static List<string> Names(int count) => [.. Enumerable.Range(1, count).Select(i => $"d.detector-{i}")];

    private static List<int> Share(DetectorMembers members)
    {
        var mine = new bool[Partitioning.Partitions];
        members.Share(mine);
        return [.. Enumerable.Range(0, mine.Length).Where(p => mine[p])];
    }

    private DetectorMembers Knowing(string self, IEnumerable<string> names)
    {
        var members = new DetectorMembers(self, new LeaseTimes(), _time);
        foreach (var name in names)
        {
            members.Hear(Change(KeyValueChangeKind.Put, name));
        }

        members.Hear(new KeyValueChange(KeyValueChangeKind.InitialDone));
        return members;
    }

    private KeyValueChange Change(KeyValueChangeKind kind, string name) =>
        new(kind, new KeyValueEntry(name, default, ++_revision, DateTimeOffset.UnixEpoch, kind == KeyValueChangeKind.Deleted));
}
