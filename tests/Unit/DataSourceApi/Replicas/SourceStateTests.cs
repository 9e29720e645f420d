using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.DataSourceApi.Replicas;

public sealed class SourceStateTests
{
    private const long Second = 1_000_000_000;

    /// <summary>Each record changes the table that nobody reads; so two records that follow each other are seen in different tables.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Tables_ThatChangePlaces_HoldWhatOneTableWould(int seed)
    {
        var random = new Random(seed);
        foreach (var (eviction, life) in ((Eviction, TimeSpan)[])[(Eviction.Refuse, TimeSpan.Zero), (Eviction.LeastRecentlyUsed, TimeSpan.Zero), (Eviction.LeastRecentlyUsed, TimeSpan.FromSeconds(5))])
        {
            var definition = Definition(8, eviction, life);
            var state = new SourceState(definition);
            var table = new EntryTable(definition.Capacity, definition.Eviction, definition.TimeToLive);
            var applier = new LogApplier(table);
            for (var sequence = 1L; sequence <= 300; sequence++)
            {
                var record = Record(RandomWrite(definition, random));
                state.Apply(record, sequence, sequence * Second);
                if (random.Next(2) == 0)
                {
                    state.Follow();
                }

                applier.Apply(record, sequence, sequence * Second);

                Assert.Equal(Listed(new EntryView(table, sequence, sequence * Second)), state.Read(sequence * Second, Listed));
                Assert.Equal(table.Evicted, state.Read(0, view => view.Evicted));
            }
        }
    }

    [Fact]
    public void Snapshot_Begun_IsInBothTables()
    {
        var definition = Definition(8, Eviction.LeastRecentlyUsed, TimeSpan.Zero);
        var state = new SourceState(definition);
        state.Apply(Record(Write(definition, b => b.Put("old", "1"))), 1, 0);
        state.Unread.Reset(evicted: 7);
        state.Unread.Put(Encoded("a"), Encoded("1"), 40, 0);
        state.Begin(40);

        Assert.Equal(["a@40"], state.Read(0, Listed));
        state.Apply(Record(Write(definition, b => b.Put("b", "2"))), 41, 0);
        Assert.Equal(["a@40", "b@41"], state.Read(0, Listed));
        state.Apply(Record(Write(definition, b => b.Delete("a"))), 42, 0);
        Assert.Equal(["b@41"], state.Read(0, Listed));
        Assert.Equal((7L, 42L), (state.Read(0, v => v.Evicted), state.Applied));
    }

    [Fact]
    public async Task LargeWrite_WhileItIsApplied_IsSeenWholeOrNotAtAllAndKeepsNobodyWaiting()
    {
        const int pairs = 20_000;
        var definition = Definition(pairs, Eviction.Refuse, TimeSpan.Zero);
        var state = new SourceState(definition);
        var (first, last) = (Encoded("key-0"), Encoded($"key-{pairs - 1}"));
        var applying = 0; // even: nothing is being applied
        var overlapped = 0;
        var torn = 0;
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var before = Volatile.Read(ref applying);
                var (a, b) = state.Read(0, view => (view.TryGet(first, out var x) ? x.Revision : 0, view.TryGet(last, out var y) ? y.Revision : 0));
                torn += a == b ? 0 : 1;
                overlapped += before % 2 == 1 && Volatile.Read(ref applying) == before ? 1 : 0;
            }
        });
        var sequence = 0L;
        while (Volatile.Read(ref overlapped) < 5 || sequence < 10)
        {
            var record = Record(Write(definition, b =>
            {
                for (var i = 0; i < pairs; i++)
                {
                    b.Put($"key-{i}", $"{sequence}");
                }

                return 0;
            }));
            Interlocked.Increment(ref applying);
            state.Apply(record, ++sequence, 0);
            state.Follow();
            Interlocked.Increment(ref applying);
        }

        await stop.CancelAsync();
        await reading;
        Assert.Equal(0, torn);
    }

    [Fact]
    public void Changes_AreSeenByRevision_AndForgottenFromTheOldestOn()
    {
        var definition = Definition(1000, Eviction.Refuse, TimeSpan.Zero);
        var state = new SourceState(definition);
        state.Apply(Record(Write(definition, b => (b.Put("a", "1"), b.Put("b", "1")))), 1, 0);
        state.Apply(Record(Write(definition, b => b.Delete("a"))), 2, 0);
        Assert.Empty(state.ChangesAfter(1, 10)!);
        state.Follow();

        Assert.Equal([1L, 1L], state.ChangesAfter(0, 1)!.Select(c => c.Revision));
        Assert.Equal([WriteOperation.Delete], state.ChangesAfter(1, 10)!.Select(c => c.Operation));
        Assert.Empty(state.ChangesAfter(2, 10)!);
        state.Begin(50);
        Assert.Null(state.ChangesAfter(2, 10));
        Assert.Empty(state.ChangesAfter(50, 10)!);
    }

    private static SourceDefinition Definition(int capacity, Eviction eviction, TimeSpan life) =>
        new() { Namespace = "n", Id = "i", Fields = [new SourceField("value", FieldType.Text)], Capacity = capacity, Eviction = eviction, TimeToLive = life };

    private static PendingWrite RandomWrite(SourceDefinition definition, Random random) => Write(definition, b =>
    {
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var key = $"k{random.Next(16)}";
            _ = random.Next(20) switch
            {
                0 => Clear(b),
                < 5 => b.Delete(key),
                _ => b.Put(key, $"{random.Next(3)}"),
            };
        }

        return 0;
    });

    private static PairFault Clear(WriteBuilder builder)
    {
        builder.Clear();
        return PairFault.None;
    }

    private static PendingWrite Write<T>(SourceDefinition definition, Func<WriteBuilder, T> add)
    {
        using var builder = new WriteBuilder(new TypedPair(definition));
        _ = add(builder);
        return builder.Build(atomic: false);
    }

    private static byte[] Record(PendingWrite write)
    {
        // Longer than a record of the bus where it has several segments: nothing here minds.
        using var writer = new MessagePackWriter();
        LogFormat.WriteHead(writer, LogRecordKind.Writes, 1);
        writer.WriteArrayHeader(1);
        writer.WriteArrayHeader(3);
        LogFormat.WriteId(writer, write.Id);
        writer.WriteBool(write.IsAtomic);
        writer.WriteArrayHeader(write.Segments.Sum(s => s.Count));
        foreach (var segment in write.Segments)
        {
            writer.WriteRaw(segment.Bytes.Span);
        }

        return writer.WrittenSpan.ToArray();
    }

    private static byte[] Encoded(string text)
    {
        using var writer = new MessagePackWriter();
        DataValueCodec.Write(writer, DataValue.Of(text));
        return writer.WrittenSpan.ToArray();
    }

    private static List<string> Listed(EntryView view)
    {
        var listed = new List<string>();
        foreach (var entry in view.After(null, int.MaxValue))
        {
            var reader = new MessagePackReader(entry.Key);
            listed.Add($"{(DataValueCodec.TryRead(ref reader, out var key) ? key.Text : "?")}@{entry.Revision}");
        }

        return listed;
    }
}
