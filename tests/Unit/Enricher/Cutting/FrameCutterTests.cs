using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Accounting;
using TraceeMesh.Enricher.Decoding;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Cutting;

public sealed class FrameCutterTests
{
    private static readonly int Partition = Partitioning.Of(Hash.Of("node-a"u8), 0, 1);

    private readonly CutterHarness _harness = new();

    [Fact]
    public void Take_Frames_NumbersEventsOfThePartitionOn()
    {
        _harness.Give(0, Opens(3)).Give(3, Opens(2)).Silence(5);

        Assert.Equal([(0L, 3), (3L, 2), (5L, 0)], _harness.Headers.Select(h => (h.FirstOffset, h.Count)));
        Assert.Equal([3L, 5L, 5L], _harness.Headers.Select(h => h.Watermark));
        Assert.Equal([$"a81d02c4.00000000.{Partition}.0", $"a81d02c4.00000000.{Partition}.3", $"a81d02c4.00000000.{Partition}.5.w5"], _harness.Frames.Select(f => f.MessageId));
        Assert.All(_harness.Headers, h => Assert.Equal(Partition, h.Partition));
    }

    [Fact]
    public void Take_SpreadOfFour_NumbersEachPartitionByItself()
    {
        for (var frame = 0; frame < 8; frame++)
        {
            var records = new RecordBuilder();
            for (var i = 0; i < 16; i++)
            {
                records.Head.HostPid = (uint)(1000 + i);
                records.Head.HostPpid = 1;
                records.Exec("/bin/true");
            }

            _harness.Give(RawFrames.Header(frame * 16, 16) with { Spread = 4 }, records.Bytes);
        }

        var partitions = _harness.Headers.GroupBy(h => h.Partition).ToList();
        Assert.True(partitions.Count > 1);
        foreach (var partition in partitions)
        {
            long next = 0;
            foreach (var header in partition)
            {
                Assert.Equal(next, header.FirstOffset);
                next = header.EndOffset;
            }
        }
    }

    [Fact]
    public void Take_SpreadShrinks_EndsTheOldPartitions()
    {
        _harness.Give(RawFrames.Header(0, 0) with { Spread = 4 }, []);
        var before = _harness.Frames.Count;

        _harness.Give(RawFrames.Header(0, 1) with { Spread = 1 }, Opens(1).Bytes);

        Assert.Equal(4, _harness.Frames.Count - before);
        Assert.Equal(3, _harness.Headers.Skip(before).Count(h => h.Count == 0));
    }

    [Fact]
    public void Take_NotSelectedAndSnapshot_AreFilteredByTheirRule()
    {
        var records = Opens(2).Ptrace().SnapshotEnd();

        _harness.Give(0, records, selected: new EventSet(EventIds.Ptrace));

        var account = _harness.Cutter.Books.ToAccount(0);
        Assert.Equal((2, 1, 1), (account.Filtered[FilterRules.NotSelected], account.Filtered[FilterRules.Snapshot], account.Emitted[Partition]));
    }

    [Fact]
    public void Take_SameFrameAgain_IsPassedOver()
    {
        _harness.Give(0, Opens(3)).Give(0, Opens(3));

        Assert.Equal(1, _harness.Cutter.Repeated);
        Assert.Equal(3, _harness.Events.Count);
    }

    [Fact]
    public void Take_FrameCutElsewhereByARestartedCollector_GivesEachRecordOnce()
    {
        _harness.Give(0, Opens(3)).Give(1, Opens(4));

        Assert.Equal([0L, 1, 2, 3, 4], _harness.Events.Select(e => e.Position));
    }

    [Fact]
    public void Take_DeclaredLoss_IsAnEventAtThePlaceOfTheGap()
    {
        _harness.Give(0, Opens(1));
        _harness.Give(RawFrames.Header(4, 1, 4, new EventSet(EventIds.SecurityFileOpen, EventIds.LostEvents), new LossRange(1, 4, LossReasons.RingFull)), Opens(1).Bytes);

        var events = _harness.Events;
        Assert.Equal([EventIds.SecurityFileOpen, EventIds.LostEvents, EventIds.SecurityFileOpen], events.Select(e => e.Id));
        Assert.Equal([0L, 1, 4], events.Select(e => e.Position));
        var account = _harness.Cutter.Books.ToAccount(0);
        Assert.Equal((5, 1, 3), (account.Produced, account.Derived, account.Emitted[Partition]));
    }

    [Fact]
    public void Take_LoadBehindOneThatWasNotClosed_TellsAnUnknownLoss()
    {
        _harness.Give(0, Opens(1));
        _harness.Give(RawFrames.Header(0, 1, 0, new EventSet(EventIds.LostEvents)) with { LoadId = 0x77 }, Opens(1).Bytes);

        Assert.Equal([new LossRange(0, 0, LossReasons.Unknown)], _harness.Headers[^1].Losses);
        Assert.Equal(EventIds.LostEvents, _harness.Events[^1].Id);
    }

    [Fact]
    public void Take_DeclaredLoss_IsNamedInBooksAndInTheNextFrame()
    {
        _harness.Give(0, Opens(1));
        _harness.Give(RawFrames.Header(4, 1, 4, null, new LossRange(1, 4, LossReasons.RingFull)), Opens(1).Bytes);

        Assert.Equal(3, _harness.Cutter.Books.ToAccount(0).Lost[LossReasons.RingFull]);
        Assert.Equal([new LossRange(1, 4, LossReasons.RingFull)], _harness.Headers[1].Losses);
        _harness.Give(5, Opens(1));
        Assert.Empty(_harness.Headers[2].Losses);
    }

    [Theory]
    [InlineData(null, LossReasons.StreamDeleted)]
    [InlineData(LossReasons.StreamLimit, LossReasons.StreamLimit)]
    [InlineData(LossReasons.BusRestart, LossReasons.BusRestart)]
    public void Take_HoleBelowSettled_IsLostForTheStreamsReason(string? gap, string reason)
    {
        _harness.Give(0, Opens(1));
        _harness.Give(RawFrames.Header(4, 1, settled: 4), Opens(1).Bytes, gap);

        Assert.Equal(3, _harness.Cutter.Books.ToAccount(0).Lost[reason]);
        Assert.Equal([new LossRange(1, 4, reason)], _harness.Headers[1].Losses);
    }

    [Fact]
    public void Take_HoleAboveSettled_WaitsForItsFrame()
    {
        _harness.Give(0, Opens(1));
        _harness.Give(4, Opens(1), settled: 1);
        Assert.Equal(1, _harness.Cutter.Books.Produced);

        _harness.Give(1, Opens(3), settled: 1);

        Assert.Equal([0L, 1, 2, 3, 4], _harness.Events.Select(e => e.Position));
        Assert.Empty(_harness.Cutter.Books.ToAccount(0).Lost);
    }

    [Fact]
    public void Take_HoleAboveSettled_IsLostOnceALaterFrameSettlesIt()
    {
        _harness.Give(0, Opens(1)).Give(4, Opens(1), settled: 1).Give(5, Opens(1), settled: 5);

        Assert.Equal(3, _harness.Cutter.Books.ToAccount(0).Lost[LossReasons.StreamDeleted]);
        Assert.Equal(6, _harness.Cutter.Books.Produced);
    }

    [Fact]
    public void UnreadableFrame_ItsRange_IsLostAsBadFrame()
    {
        _harness.Give(0, Opens(1));
        _harness.Cutter.UnreadableFrame();
        _harness.Give(4, Opens(1), settled: 4);

        Assert.Equal(3, _harness.Cutter.Books.ToAccount(0).Lost[LossReasons.BadFrame]);
    }

    [Fact]
    public void Take_BadRecordInTheMiddle_CostsOneRecord()
    {
        var records = Opens(1).AddRaw(EventIds.SecurityFileOpen, [1, 2, 3], []).Open("/b");

        _harness.Give(0, records);

        Assert.Equal([(1L, RecordStatus.BadBody)], _harness.BadRecords);
        Assert.Equal([0L, 2], _harness.Events.Select(e => e.Position));
        Assert.Equal(1, _harness.Cutter.Books.ToAccount(0).Lost[LossReasons.BadRecord]);
    }

    [Fact]
    public void Take_RecordWithAnUntrustworthySize_CostsTheRestOfItsFrame()
    {
        var bytes = Opens(3).Bytes;
        var size = BitConverter.ToInt32(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(size), int.MaxValue);

        _harness.Give(RawFrames.Header(0, 3), bytes).Give(3, Opens(1));

        Assert.Equal([(1L, RecordStatus.BadSize)], _harness.BadRecords);
        Assert.Equal([0L, 3], _harness.Events.Select(e => e.Position));
        Assert.Equal(2, _harness.Cutter.Books.ToAccount(0).Lost[LossReasons.BadRecord]);
    }

    [Fact]
    public void Take_UnknownEvent_IsABadRecord()
    {
        _harness.Give(0, new RecordBuilder().Add(999).Open("/a"));

        Assert.Equal([(0L, RecordStatus.UnknownEvent)], _harness.BadRecords);
    }

    [Fact]
    public void Take_NewLoad_LeavesTheOldOneUnclosedUnlessItWasFinal()
    {
        _harness.Give(0, Opens(1));
        _harness.Give(RawFrames.Header(0, 1) with { LoadId = 2 }, Opens(1).Bytes);
        _harness.Give(RawFrames.Header(1, 0) with { LoadId = 2, Final = true }, []);
        _harness.Give(RawFrames.Header(0, 1) with { LoadId = 3 }, Opens(1).Bytes);

        var account = _harness.Cutter.Books.ToAccount(0);
        Assert.Equal("00000003", account.LoadId);
        Assert.Equal(["a81d02c4"], account.Unclosed);
        Assert.Equal(0, _harness.Headers[^1].FirstOffset);
    }

    [Fact]
    public void Take_FrameOfALoadThatIsOver_IsCountedAndPassedOver()
    {
        _harness.Give(0, Opens(1));
        _harness.Give(RawFrames.Header(0, 1) with { LoadId = 2 }, Opens(1).Bytes);
        _harness.Give(1, Opens(1));

        Assert.Equal(1, _harness.Cutter.Stale);
    }

    [Fact]
    public void Take_SameRawFramesTwice_GivesIdenticalEventFrames()
    {
        var other = new CutterHarness();
        foreach (var harness in (CutterHarness[])[_harness, other])
        {
            harness.Give(0, Opens(5).Exec("/bin/a", "a", "b").Ptrace()).Silence(7).Give(9, Opens(2), settled: 9);
        }

        Assert.Equal(_harness.Frames.Select(f => f.MessageId), other.Frames.Select(f => f.MessageId));
        Assert.Equal(_harness.Frames.Select(f => f.Bytes), other.Frames.Select(f => f.Bytes));
    }

    [Fact]
    public void Resume_ReplayOfTheRawStream_FeedsStoresAndPublishesOnlyWhatIsNew()
    {
        var id = new string('a', 64);
        var first = new RecordBuilder().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{id}").Open("/a");
        _harness.Give(0, first).Give(2, Opens(3));
        var point = ResumePoint.From(_harness.Headers);

        var resumed = new CutterHarness(point, resumeIsLatest: true);
        resumed.Give(0, first).Give(2, Opens(3));
        Assert.Empty(resumed.Frames);
        resumed.Give(5, new RecordBuilder().Open("/c"));

        Assert.Equal(6, Assert.Single(resumed.Headers, h => h.Count > 0).FirstOffset);
        Assert.Equal(id, resumed.Single().Context.ContainerId.ToString());
        Assert.Equal(6, resumed.Cutter.Books.Produced);
        Assert.Equal(7, resumed.Cutter.Books.ToAccount(0).Emitted[Partition]);
    }

    [Fact]
    public void Resume_WhereOneFrameOfSeveralIsMissing_TellsEachEventOnce()
    {
        List<(RawFrameHeader Header, byte[] Records)> raw = [];
        for (var frame = 0; frame < 4; frame++)
        {
            var records = new RecordBuilder();
            for (var i = 0; i < 16; i++)
            {
                records.Head.CgroupId = 0;
                records.Head.HostPid = (uint)(1000 + (16 * frame) + i);
                records.Head.HostPpid = 1;
                records.Exec("/bin/true");
            }

            var container = ((char)('a' + frame)).ToString();
            records.Cgroup(EventIds.CgroupMkdir, (ulong)(77 + frame), $"/docker/{string.Concat(Enumerable.Repeat(container, 64))}");
            raw.Add((RawFrames.Header(records.Count * frame, records.Count) with { Spread = 4 }, records.Bytes));
        }

        raw.ForEach(r => _harness.Give(r.Header, r.Records));
        var expected = _harness.Events.Order().ToList();
        Assert.Equal(expected.Count, expected.Distinct().Count());
        Assert.Equal(4, expected.Count(e => e.Id == EventIds.ContainerCreate));

        for (var missing = 0; missing < _harness.Frames.Count; missing++)
        {
            // What was sent behind the missing frame is stored as far as the next two.
            var stored = _harness.Frames.Take(missing + 3).Where((_, i) => i != missing).ToList();
            var point = PointOf(stored);
            var resumed = new CutterHarness(point, resumeIsLatest: true);
            raw.ForEach(r => resumed.Give(r.Header, r.Records));

            // The stream keeps one of a frame that comes under the same id.
            var all = new List<(int Id, long Position)>();
            foreach (var frame in stored.Concat(resumed.Frames).DistinctBy(f => f.MessageId))
            {
                CutterHarness.Read(frame.Bytes, e => all.Add((e.Context.EventId, e.Context.Position)));
            }

            Assert.Equal(expected, all.Order());

            // Numbers behind which others of their partition are stored are not given again: a detector sees a hole, the books one more.
            var gone = _harness.Headers[missing];
            var hole = point is not null && stored.Skip(missing).Any(f => f.Header.Partition == gone.Partition && f.Header.Count > 0) ? gone.Count : 0;
            Assert.Equal(4 + hole, resumed.Cutter.Books.ToAccount(0).Derived);
        }
    }

    [Fact]
    public void Resume_RawStreamBeginsBehindTheWatermark_NamesWhatIsMissing()
    {
        _harness.Give(0, Opens(3));
        var resumed = new CutterHarness(ResumePoint.From(_harness.Headers), resumeIsLatest: true);

        resumed.Give(RawFrames.Header(10, 1, settled: 10), Opens(1).Bytes, LossReasons.StreamLimit);

        Assert.Equal(7, resumed.Cutter.Books.ToAccount(0).Lost[LossReasons.StreamLimit]);
        Assert.Equal(11, resumed.Cutter.Books.Produced);
    }

    [Fact]
    public void Resume_OlderLoadInFrontOfTheStream_FeedsStoresOnly()
    {
        _harness.Give(0, Opens(3));
        var resumed = new CutterHarness(ResumePoint.From(_harness.Headers), resumeIsLatest: true);

        resumed.Give(RawFrames.Header(50, 2) with { LoadId = 1 }, Opens(2).Bytes);
        Assert.Empty(resumed.Frames);
        resumed.Give(0, Opens(3)).Give(3, Opens(1));

        Assert.Equal(4, resumed.Cutter.Books.Produced);
        Assert.Equal(3, Assert.Single(resumed.Headers).FirstOffset);
    }

    [Fact]
    public void Take_AnyBytes_NeverThrowsAndBalances()
    {
        var random = new Random(11);
        long next = 0;
        for (var i = 0; i < 2000; i++)
        {
            var bytes = Sample(random).Bytes;
            for (var flips = random.Next(12); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }

            var count = random.Next(12);
            _harness.Give(RawFrames.Header(next, count, settled: next), bytes);
            next += count + random.Next(3);
        }

        Assert.True(_harness.BadRecords.Count > 0);
        Assert.True(_harness.Events.Count > 0);
    }

    [Fact]
    public void Decode_RecordsNobodySelected_AllocatesNothing()
    {
        var stores = new NodeStores();
        using var parking = new ParkingLot(TimeProvider.System, TimeSpan.Zero);
        var decoder = new FrameDecoder(stores, parking, static (_, _, _) => { });
        using var writers = new PartitionWriters();
        var tally = new FrameTally();
        var builder = new RecordBuilder();
        for (var i = 0; i < 10; i++)
        {
            builder.Open("/a").Ptrace().Exec("/bin/true").Cgroup(EventIds.CgroupMkdir, 5, "/system.slice/a.service").Cgroup(EventIds.CgroupRmdir, 5, "/system.slice/a.service");
        }

        var header = RawFrames.Header(0, builder.Count, selected: new EventSet());
        ReadOnlyMemory<byte> records = builder.Bytes;
        decoder.Decode(header, records, 0, 0, writers, tally);
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(header, records, 0, 0, writers, tally);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(100, tally.NotSelected);
    }

    [Fact]
    public void Decode_SelectedRecords_AllocatesNothing()
    {
        using var parking = new ParkingLot(TimeProvider.System, TimeSpan.Zero);
        var decoder = new FrameDecoder(new NodeStores(), parking, static (_, _, _) => { });
        using var writers = new PartitionWriters();
        var tally = new FrameTally();
        var builder = Opens(50).Exec("/bin/true", "true").Ptrace();
        var header = RawFrames.Header(0, builder.Count);
        ReadOnlyMemory<byte> records = builder.Bytes;
        decoder.Decode(header, records, 0, 0, writers, tally);
        writers.Reset();
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(header, records, 0, 0, writers, tally);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ResumePoint? PointOf(List<(string MessageId, byte[] Bytes, EventFrameHeader Header)> stored)
    {
        var point = ResumePoint.From(stored.ConvertAll(f => f.Header), fromBeginning: true);
        var ahead = new StoredAhead();
        foreach (var frame in point?.FramesAhead ?? [])
        {
            CutterHarness.Read(stored[frame].Bytes, e => ahead.Add(in e.Context));
        }

        return point?.Knowing(ahead);
    }

    private static RecordBuilder Opens(int count)
    {
        var records = new RecordBuilder();
        for (var i = 0; i < count; i++)
        {
            records.Open($"/file/{i}");
        }

        return records;
    }

    private static RecordBuilder Sample(Random random)
    {
        var records = new RecordBuilder();
        var id = new string((char)('a' + random.Next(6)), 64);
        records.Head.Time = (ulong)random.NextInt64();
        records.Head.HostPid = (uint)random.Next(20);
        return records.Open("/a").Exec("/bin/a", "a").Ptrace().Cgroup(EventIds.CgroupMkdir, (ulong)random.Next(4), $"/docker/{id}")
            .Cgroup(EventIds.SnapshotCgroup, (ulong)random.Next(4), $"/docker/{id}/x").SnapshotEnd()
            .Cgroup(EventIds.CgroupRmdir, (ulong)random.Next(4), $"/docker/{id}")
            .Add(EventIds.SchedProcessFork, new ForkBody { Leader = new TaskIds { Pid = (uint)random.Next(20), StartTime = 1 }, ParentProcess = new TaskIds { Pid = (uint)random.Next(20), StartTime = 1 } })
            .Add(EventIds.SchedProcessExit, new ExitBody { ProcessGroupExit = 1 });
    }
}
