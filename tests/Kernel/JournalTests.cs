using TraceeMesh.Collector.Framing;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>The notes on a load, over a plain file in place of the kernel's memory. Needs neither root nor BTF.</summary>
public sealed class JournalTests : IDisposable
{
    private const int Cpus = 4;
    private static readonly byte[] Build = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] Owner = [.. Enumerable.Repeat((byte)2, 32)];

    private readonly FileStream _file = new(
        Path.GetTempFileName(),
        new FileStreamOptions { Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, Mode = FileMode.Open, BufferSize = 0 });

    private readonly Journal _journal;
    private JournalNotes _notes;

    public JournalTests()
    {
        _file.SetLength(Journal.Bytes);
        _journal = Open();
    }

    public void Dispose()
    {
        _journal.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void Journal_NeverBegun_IsNotReadable()
    {
        Assert.False(_journal.IsReadable);
    }

    [Fact]
    public void Journal_Begun_IsKnownByItsBuildAndOwner()
    {
        _journal.Begin(7, Build, Owner);

        using var next = Open();
        Assert.True(next.IsReadable);
        Assert.Equal((7u, JournalPhase.Open), (next.LoadId, next.Phase));
        Assert.True(next.IsOfBuild(Build) && next.IsOwnedBy(Owner) && next.SnapshotDue);
        Assert.False(next.IsOfBuild(Owner));
        Assert.False(next.IsOwnedBy(Build));
    }

    [Fact]
    public void Frames_NotReleased_AreThereForTheNextOne()
    {
        _journal.Begin(7, Build, Owner);
        var first = Append("7.0", 0, 10, [1, 2, 3]);
        Append("7.10", 10, 12, [4, 5]);
        _journal.Release(first, 10);

        using var next = Open();
        var entry = Assert.Single(next.Unsettled());
        Assert.Equal(("7.10", 10L, 12L, 100L, 120L), (entry.MessageId, entry.FirstOffset, entry.EndOffset, entry.RingStart, entry.RingEnd));
        Assert.Equal([4, 5], entry.Encoded.ToArray());
        Assert.Equal((12L, 120L), (next.Notes.NextOffset, next.Notes.RingPosition));
        Assert.Equal(10, next.Settled);
    }

    [Fact]
    public void Frames_OfManyRounds_ComeBackWholeAndInOrder()
    {
        _journal.Begin(7, Build, Owner);
        var random = new Random(1);
        var kept = new Queue<(string Id, byte[] Bytes, long End)>();
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(1, 30_000)];
            random.NextBytes(bytes);
            while (_journal.Free < Journal.Reserve || kept.Count > 50)
            {
                _journal.Release(kept.Dequeue().End, i);
            }

            kept.Enqueue(($"7.{i}", bytes, Append($"7.{i}", i, i + 1, bytes)));
        }

        using var next = Open();
        Assert.Equal(kept.Select(k => k.Id), next.Unsettled().Select(e => e.MessageId));
        Assert.All(kept.Zip(next.Unsettled()), pair => Assert.True(pair.Second.Encoded.Span.SequenceEqual(pair.First.Bytes)));
        Assert.Equal(3000, next.Notes.NextOffset);
    }

    [Fact]
    public void Frame_NotedInHalf_IsAsIfItHadNeverBeen()
    {
        _journal.Begin(7, Build, Owner);
        Append("7.0", 0, 10, [1]);

        // All of a note but the one word that puts it in force.
        using var copy = new MemoryStream();
        _file.Position = 0;
        _file.CopyTo(copy);
        Append("7.10", 10, 20, [2]);
        var (before, after) = (copy.ToArray(), new byte[Journal.Bytes]);
        _file.Position = 0;
        _file.ReadExactly(after);
        var current = Enumerable.Range(0, 4096).Single(i => before[i] != after[i]);
        after[current] = before[current];
        _file.Position = 0;
        _file.Write(after);

        using var next = Open();
        Assert.Equal("7.0", Assert.Single(next.Unsettled()).MessageId);
        Assert.Equal(10, next.Notes.NextOffset);
    }

    private Journal Open() => new((int)_file.SafeFileHandle.DangerousGetHandle(), Cpus);

    private long Append(string id, long from, long to, byte[] bytes)
    {
        (_notes.NextOffset, _notes.RingPosition) = (to, 10 * to);
        return _journal.Append(new JournalEntry(id, from, to, 10 * from, 10 * to, 0, bytes, 0), ref _notes);
    }
}
