using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.State;

public sealed class PartitionStateTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ServiceCounters _counters = new();
    private readonly DetectorCounters _detector;
    private readonly Event _event = EventMaker.Make("ptrace");

    public PartitionStateTests() => _detector = new DetectorCounters(_counters);

    [Fact]
    public void Frame_GivenUp_LeavesNothing()
    {
        var state = New();
        state.Increment("A", 0, _event, "k", Minute);
        state.Commit("s", 1);
        state.Increment("A", 0, _event, "k", Minute);
        state.Set("A", 0, _event, "other", 1, Minute);
        state.Rollback();

        Assert.Equal(1, state.Get("A", 0, _event, "k").Integer);
        Assert.Equal(DataKind.Nil, state.Get("A", 0, _event, "other").Kind);
        Assert.Equal(2, state.Increment("A", 0, _event, "k", Minute));
    }

    [Fact]
    public void Frame_LeftBehind_WritesNoMore()
    {
        var state = New();
        state.Revoke();
        state.Set("A", 0, _event, "k", 1, Minute);

        Assert.Equal(DataKind.Nil, state.Get("A", state.Attempt, _event, "k").Kind);
        Assert.Equal(0, state.Increment("A", 0, _event, "k", Minute));
        Assert.Equal(1, state.Increment("A", state.Attempt, _event, "k", Minute));
    }

    [Fact]
    public void Record_InTheMiddleOfAFrame_IsTheFrameBefore()
    {
        var state = New();
        state.Set("A", 0, _event, "k", "before", Minute);
        state.Set("A", 0, _event, "gone", "before", Minute);
        state.Commit("s", 7);
        state.Set("A", 0, _event, "k", "after", Minute);
        state.Set("A", 0, _event, "gone", DataValue.Nil, Minute);
        state.Set("A", 0, _event, "new", "after", Minute);

        var record = Stored(state);
        var restored = new PartitionState(record, lost: false, _detector);

        Assert.Equal(("s", 7, 3), (record.StreamCreated, record.Sequence, record.Fence));
        Assert.Equal("before", restored.Get("A", 0, _event, "k").Text);
        Assert.Equal("before", restored.Get("A", 0, _event, "gone").Text);
        Assert.Equal(DataKind.Nil, restored.Get("A", 0, _event, "new").Kind);
        Assert.True(restored.Includes("s", 7));
        Assert.False(restored.Includes("s", 8));
        Assert.False(restored.Includes("another", 7));
    }

    [Fact]
    public void Entry_AfterItsTime_IsGone_InTheTimeOfEvents()
    {
        var state = New();
        state.Increment("A", 0, _event, "k", Minute);
        Assert.Equal(1, state.Get("A", 0, At(59), "k").Integer);
        Assert.Equal(DataKind.Nil, state.Get("A", 0, At(60), "k").Kind);
        Assert.Equal(1, state.Increment("A", 0, At(61), "k", Minute));
    }

    [Fact]
    public void Signatures_WithTheSameKey_DoNotMeet()
    {
        var state = New();
        state.Increment("A", 0, _event, "k", Minute);

        Assert.Equal(1, state.Increment("B", 0, _event, "k", Minute));
    }

    [Fact]
    public void Entries_BeyondTheLimit_MakeRoomOldestWrittenFirst()
    {
        var state = New();
        for (var i = 0; i < StateLimits.Entries; i++)
        {
            state.Set("A", 0, _event, $"{i}", i, Minute);
        }

        state.Set("A", 0, _event, "0", 0, Minute);
        var kept = Stored(Committed(state)).Signatures[0].Value.Count;
        state.Set("A", 0, _event, "one more", 1, Minute);
        state.Commit("s", 2);

        Assert.True(_detector.StateEvicted.Value > 0);
        Assert.Equal(kept, Stored(state).Signatures[0].Value.Count);
        Assert.Equal(DataKind.Integer, state.Get("A", 0, _event, "0").Kind);
        Assert.Equal(DataKind.Integer, state.Get("A", 0, _event, "one more").Kind);
        Assert.Equal(DataKind.Nil, state.Get("A", 0, _event, "1").Kind);
    }

    [Fact]
    public void Bytes_OfAllSignatures_StayBelowTheLimit()
    {
        var state = New();
        var value = new string('x', StateLimits.ValueBytes - 9);
        for (var s = 0; s < 10; s++)
        {
            for (var i = 0; i < 40; i++)
            {
                state.Set($"S{s}", 0, _event, $"{i}", value, Minute);
            }
        }

        state.Commit("s", 1);
        using var writer = new MessagePackWriter();
        StateRecordCodec.Write(writer, state.ToRecord(1, out _));

        Assert.InRange(writer.WrittenSpan.Length, PartitionState.MaxBytes / 2, PartitionState.MaxBytes);
        Assert.True(writer.WrittenSpan.Length < Limits.MessageBytes);
    }

    [Fact]
    public void Write_ThatIsTooLarge_IsRefusedByName()
    {
        var state = New();
        Assert.Throws<ArgumentException>(() => state.Set("A", 0, _event, new string('k', StateLimits.KeyBytes + 1), 1, Minute));
        Assert.Throws<ArgumentException>(() => state.Set("A", 0, _event, "k", new string('v', StateLimits.ValueBytes), Minute));
        Assert.Throws<ArgumentException>(() => state.Set("A", 0, _event, "k", 1, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => state.Increment("A", 0, _event, "k", StateLimits.TimeToLive + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void State_LostBefore_IsColdForAsLongAsAnythingIsKept()
    {
        var lost = new PartitionState(null, lost: true, _detector);
        var told = new PartitionState(Stored(lost), lost: false, _detector);

        Assert.True(told.IsCold(_event.Context.Timestamp));
        var again = new PartitionState(Stored(told), lost: false, _detector);
        Assert.True(again.IsCold(At(3599).Context.Timestamp));
        Assert.False(again.IsCold(At(3600).Context.Timestamp));
        Assert.False(New().IsCold(_event.Context.Timestamp));
    }

    [Fact]
    public void Record_OfAnyBytes_IsReadOrNull()
    {
        var state = New();
        state.Set("A", 0, _event, "k", DataValue.MapOf(("a", 1), ("b", "two")), Minute);
        using var writer = new MessagePackWriter();
        StateRecordCodec.Write(writer, Committed(state).ToRecord(3, out _));
        var bytes = writer.WrittenSpan.ToArray();

        for (var cut = 0; cut < bytes.Length; cut++)
        {
            Assert.Null(StateRecordCodec.TryRead(bytes.AsSpan(0, cut)));
        }

        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            _ = StateRecordCodec.TryRead(changed);
        }

        Assert.NotNull(StateRecordCodec.TryRead(bytes));
    }

    public void Dispose() => _counters.Dispose();

    private static PartitionState Committed(PartitionState state)
    {
        state.Commit("s", 1);
        return state;
    }

    private static StateRecord Stored(PartitionState state)
    {
        using var writer = new MessagePackWriter();
        StateRecordCodec.Write(writer, state.ToRecord(3, out _));
        return StateRecordCodec.TryRead(writer.WrittenSpan)!;
    }

    private static Event At(int seconds)
    {
        var e = EventMaker.Make("ptrace");
        e.Context.Timestamp += seconds * 1_000_000_000L;
        return e;
    }

    private PartitionState New() => new(null, lost: false, _detector);
}
