using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.DataSourceApi.Log;

public sealed class LogApplierTests
{
    private const long Second = 1_000_000_000;

    private readonly List<WriteOutcome> _outcomes = [];
    private EntryTable _entries;
    private LogApplier _applier;
    private long _sequence;

    public LogApplierTests() => (_entries, _applier) = Make(capacity: 3);

    [Fact]
    public void Writes_InOneRecord_HaveItsSequenceAsRevision()
    {
        Apply(Writes(Write(b => b.Put("a", "1")), Write(b => b.Put("b", "2"))));

        Assert.Equal((1, 1), (Find("a")!.Revision, Find("b")!.Revision));
        Assert.Equal(2, _outcomes.Count(o => o is { Revision: 1, IsComplete: true }));
    }

    [Fact]
    public void Condition_IsDecidedByWhatWasAppliedBefore()
    {
        Apply(Writes(Write(b => b.Put("a", "1", expected: 0))));
        Apply(Writes(Write(b => b.Put("a", "2", expected: 0))));
        Apply(Writes(Write(b => b.Put("a", "3", expected: 1))));
        Apply(Writes(Write(b => b.Delete("a", expected: 1))));

        Assert.Equal([true, false, true, false], _outcomes.Select(o => o.IsComplete));
        Assert.Equal(3, Find("a")!.Revision);
    }

    [Fact]
    public void Parts_WithoutCommit_AreInvisibleAndKeepTheLogFromBeingCut()
    {
        var write = Write(b => b.Put("a", "1"));
        Apply(Part(write.Id, 0, write.Segments[0]));
        Apply(Writes(Write(b => b.Put("b", "1"))));

        Assert.Null(Find("a"));
        Assert.Equal((1, 1), (_applier.ReplayFrom, _applier.OpenWrites));

        Apply(Commit(write, 1, Checksum(write)));
        Assert.Equal((3, 4), (Find("a")!.Revision, _applier.ReplayFrom));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void Commit_OfOtherPartsThanCame_DropsTheWrite(int parts, bool wrongChecksum)
    {
        var write = Write(b => b.Put("a", "1"));
        Apply(Part(write.Id, 0, write.Segments[0]));
        Apply(Commit(write, parts, Checksum(write) + (wrongChecksum ? 1UL : 0)));

        Assert.Null(Find("a"));
        Assert.True(Assert.Single(_outcomes).IsAborted);
    }

    [Fact]
    public void Abort_DropsTheParts_AndACommitBehindItComesTooLate()
    {
        var write = Write(b => b.Put("a", "1"));
        Apply(Part(write.Id, 0, write.Segments[0]), time: 5 * Second);
        Assert.Empty(_applier.OpenSince(5 * Second));
        Assert.Equal([write.Id], _applier.OpenSince(6 * Second));
        Apply(Record(w => LogFormat.WriteAbort(w, write.Id)));
        Apply(Commit(write, 1, Checksum(write)));

        Assert.Null(Find("a"));
        Assert.Equal(0, _applier.OpenWrites);
        Assert.Equal([true, true], _outcomes.Select(o => o.IsAborted));
    }

    [Fact]
    public void Source_ThatRefusesWhenFull_RefusesNewKeysOnly()
    {
        Apply(Writes(Write(b => (b.Put("a", "1"), b.Put("b", "1")))));
        Apply(Writes(Write(b => (b.Put("c", "1"), b.Put("d", "1"), b.Put("a", "2")), atomic: false)));
        Assert.Equal([ItemStatus.Applied, ItemStatus.Full, ItemStatus.Applied], _outcomes[1].Items);

        Apply(Writes(Write(b => (b.Put("a", "3"), b.Put("e", "1")))));
        Assert.Equal([ItemStatus.Applied, ItemStatus.Full], _outcomes[2].Items);
        Assert.Equal(2, Find("a")!.Revision);
    }

    [Fact]
    public void Source_ThatMakesRoom_LosesTheKeyWrittenLongestAgo()
    {
        (_entries, _applier) = Make(capacity: 2, Eviction.LeastRecentlyUsed);
        foreach (var key in (string[])["a", "b", "a", "c"])
        {
            Apply(Writes(Write(b => b.Put(key, "1"))));
        }

        Assert.Null(Find("b"));
        Assert.Equal((3L, 4L, 1L), (Find("a")!.Revision, Find("c")!.Revision, _entries.Evicted));
    }

    [Fact]
    public void Entries_WhoseLifeIsOver_AreGoneForReadersAndForConditions()
    {
        (_entries, _applier) = Make(capacity: 3, timeToLive: TimeSpan.FromSeconds(10));
        Apply(Writes(Write(b => b.Put("a", "1"))), time: 0);
        Assert.NotNull(Find("a", now: (10 * Second) - 1));
        Assert.Null(Find("a", now: 10 * Second));

        Apply(Writes(Write(b => b.Put("a", "2", expected: 0))), time: 10 * Second);
        Assert.True(_outcomes[1].IsComplete);
        Apply(Writes(Write(b => b.Put("b", "2"))), time: 20 * Second);
        Assert.Equal(1, _entries.Count);
    }

    /// <summary>Fuzz target: whatever stands in the log, applying it ends, and replicas that applied the same hold the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Records_OfGarbage_AreSkippedAlike(int seed)
    {
        var random = new Random(seed);
        var (otherEntries, other) = Make(capacity: 3);
        var write = Write(b => (b.Put("a", "1"), b.Delete("b"), b.Put("c", "2")));
        byte[][] good = [Writes(write), Part(write.Id, 0, write.Segments[0]), Commit(write, 1, Checksum(write)), Record(w => LogFormat.WriteAbort(w, write.Id))];
        for (var i = 0; i < 20_000; i++)
        {
            var record = (byte[])good[random.Next(good.Length)].Clone();
            for (var change = random.Next(4); change > 0; change--)
            {
                record[random.Next(record.Length)] = (byte)random.Next(256);
            }

            var cut = random.Next(8) == 0 ? random.Next(record.Length) : record.Length;
            Apply(record[..cut]);
            other.Apply(record.AsSpan(0, cut), _sequence, 0);
        }

        Assert.InRange(_entries.Count, 0, 3);
        Assert.Equal((_applier.Malformed, _entries.Count, _entries.Bytes), (other.Malformed, otherEntries.Count, otherEntries.Bytes));
        Assert.True(_applier.Malformed > 0);
    }

    [Fact]
    public void Overwriting_AKeyWithTheSameValue_AllocatesNothing()
    {
        var record = Writes(Write(b => b.Put("a", "1")));
        _applier.Decided = null;
        Apply(record);
        Apply(record);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _applier.Apply(record, ++_sequence, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static PendingWrite Write<T>(Func<WriteBuilder, T> add, bool atomic = true)
    {
        using var builder = new WriteBuilder(new TypedPair(Definition));
        _ = add(builder);
        return builder.Build(atomic);
    }

    private static SourceDefinition Definition { get; } = new() { Namespace = "n", Id = "i", Fields = [new SourceField("value", FieldType.Text)] };

    private static ulong Checksum(PendingWrite write)
    {
        using var items = new MessagePackWriter();
        LogFormat.WriteItems(items, write.Segments[0]);
        return LogFormat.Checksum(0, items.WrittenSpan);
    }

    private static byte[] Writes(params IReadOnlyList<PendingWrite> writes) => Record(w => LogFormat.WriteWrites(w, writes));

    private static byte[] Part(Guid id, int index, ItemSegment items) => Record(w => LogFormat.WritePart(w, id, index, items));

    private static byte[] Commit(PendingWrite write, int parts, ulong checksum) => Record(w => LogFormat.WriteCommit(w, write.Id, parts, checksum, write.IsAtomic));

    private static byte[] Record(Action<MessagePackWriter> write)
    {
        using var writer = new MessagePackWriter();
        write(writer);
        return writer.WrittenSpan.ToArray();
    }

    private (EntryTable Entries, LogApplier Applier) Make(int capacity, Eviction eviction = Eviction.Refuse, TimeSpan timeToLive = default)
    {
        var entries = new EntryTable(capacity, eviction, timeToLive);
        return (entries, new LogApplier(entries) { Decided = (_, outcome) => _outcomes.Add(outcome) });
    }

    private void Apply(byte[] record, long time = 0) => _applier.Apply(record, ++_sequence, time);

    private Entry? Find(string key, long now = 0)
    {
        using var writer = new MessagePackWriter();
        DataValueCodec.Write(writer, DataValue.Of(key));
        return _entries.TryGet(writer.WrittenSpan, now, out var entry) ? entry : null;
    }
}
