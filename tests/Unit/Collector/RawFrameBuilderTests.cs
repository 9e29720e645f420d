using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TraceeMesh.Collector.Framing;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class RawFrameBuilderTests : IDisposable
{
    private readonly RawFrameBuilder _builder = new(new RawFrameHeader
    {
        Node = "n",
        BootId = "b",
        LoadId = 7,
        FirstOffset = 0,
        Count = 0,
        Settled = 0,
        BootEpoch = 0,
        Selected = new EventSet(),
        HostName = "h",
    });

    public void Dispose() => _builder.Dispose();

    [Fact]
    public void Frames_AreNumberedWithoutGapOrOverlap()
    {
        Add(3);
        var first = Close();
        Add(2);
        var second = Close();

        Assert.Equal((0, 3), (first.FirstOffset, first.Count));
        Assert.Equal((3, 2), (second.FirstOffset, second.Count));
        Assert.Equal(5, _builder.NextOffset);
    }

    [Fact]
    public void Loss_TakesItsOffsets_AndIsDeclaredOnce()
    {
        Add(2);
        Close();
        _builder.Lose(37, DropReason.RingFull);
        Add(1);
        var frame = Close();
        Add(1);
        var next = Close();

        Assert.Equal([new LossRange(2, 39, LossReasons.RingFull)], frame.Losses);
        Assert.Equal(39, frame.FirstOffset);
        Assert.Contains(new KeyValuePair<string, long>(LossReasons.RingFull, 37), frame.KernelDrops);
        Assert.Empty(next.Losses);
        Assert.Contains(new KeyValuePair<string, long>(LossReasons.RingFull, 37), next.KernelDrops);
    }

    [Fact]
    public void Losses_OfOneReasonInARow_AreOneRange()
    {
        _builder.Lose(1, DropReason.RingFull);
        _builder.Lose(2, DropReason.RingFull);
        _builder.Lose(3, DropReason.NoScratch);

        Assert.Equal([new LossRange(0, 3, LossReasons.RingFull), new LossRange(3, 6, LossReasons.NoScratch)], Close().Losses);
    }

    [Fact]
    public void CanLose_OnlyWhileTheFrameIsEmpty_AndHasRoomForARange()
    {
        Assert.True(_builder.CanLose);
        Add(1);
        Assert.False(_builder.CanLose);
        Close();
        for (var i = 0; i < Limits.LossRangesKept; i++)
        {
            Assert.True(_builder.CanLose);
            _builder.Lose(1, i % 2 == 0 ? DropReason.RingFull : DropReason.NotDrained);
        }

        Assert.False(_builder.CanLose);
    }

    [Fact]
    public void MessageIds_TellFramesApart()
    {
        Add(1);
        var full = Close();
        var silent = Close();

        Assert.Equal("00000007.0", RawFrameBuilder.MessageId(full, 0));
        Assert.Equal("00000007.1.s1", RawFrameBuilder.MessageId(silent, 1));
    }

    [Fact]
    public void DropAccount_DeclaresEachDropOnce_WhoeverBringsItToLight()
    {
        var kernel = new ulong[RecordLimits.DropReasons];
        var account = new DropAccount((_, reason) => kernel[(int)reason]);
        kernel[(int)DropReason.RingFull] = 5;

        Assert.True(account.IsBehind(new RecordHead { Cpu = 0, Dropped = 4 }));
        Assert.Equal(5, account.Declare(0, DropReason.RingFull));
        Assert.Equal(0, account.Declare(0, DropReason.NotDrained));
        Assert.False(account.IsBehind(new RecordHead { Cpu = 0, Dropped = 5 }));
        Assert.True(account.IsBehind(new RecordHead { Cpu = 1, Dropped = 1 }));
        Assert.False(account.IsBehind(new RecordHead { Cpu = RecordLimits.CpuCollector, Dropped = 9 }));
    }

    private void Add(int count)
    {
        var record = new byte[Unsafe.SizeOf<RecordHead>()];
        MemoryMarshal.Write(record, new RecordHead { Size = (uint)record.Length, Event = EventIds.SchedProcessExit });
        for (var i = 0; i < count; i++)
        {
            _builder.Add(record);
        }
    }

    private RawFrameHeader Close()
    {
        var encoded = _builder.Close(0, 0, new EventSet(), final: false, out _);
        Assert.Equal(FrameStatus.Ok, RawFrameCodec.TryRead(encoded, out var header, out var records));
        Assert.Equal(header.Count * Unsafe.SizeOf<RecordHead>(), records.Length);
        return header;
    }
}
