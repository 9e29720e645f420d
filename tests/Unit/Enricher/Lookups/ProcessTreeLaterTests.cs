using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Lookups;

/// <summary>Ten minutes after a pyramid of processes has gone, each of its execs is told the same as at its moment.</summary>
public sealed class ProcessTreeLaterTests
{
    private const int Width = 5;
    private const int Levels = 4;
    private const long Minute = 60_000_000_000;

    private static readonly ulong Seed = EntityIds.Seed(RawFrames.Node, RawFrames.Boot);

    private readonly CutterHarness _harness = new();
    private readonly NodeLookups _lookups;
    private readonly List<(uint Pid, ulong Start, long Position, long Time)> _execs = [];
    private RecordBuilder _records = new();
    private long _position;
    private ulong _clock = 1000;
    private uint _pids = 100;

    public ProcessTreeLaterTests() => _lookups = new NodeLookups(RawFrames.Node, _harness.Stores, new ProcessTreeSource(_harness.Stores));

    [Fact]
    public void EveryExec_AskedTenMinutesLater_IsToldTheSame()
    {
        _records.Head = Head(1, 1, 0, 0);
        _records.Add(EventIds.SnapshotProcess, new SnapshotProcessBody { Inode = 9 }, "/sbin/init", RecordBuilder.List("init")).SnapshotEnd(1);
        _position = 2;
        Climb(1, 1, 0, 0, level: 0);
        Send();
        Assert.True(_execs.Count > 2 * Math.Pow(Width, Levels), "the pyramid is as wide as it should be");

        var atOnce = _execs.ConvertAll(e => (ByEvent: Ask(e, byTime: false), ByTime: Ask(e, byTime: true)));
        Assert.All(atOnce, a => Assert.All(a.ByEvent.Concat(a.ByTime), r => Assert.Equal(LookupStatus.Found, r.Status)));

        // Ten minutes of other processes.
        for (var minute = 1; minute <= 10; minute++)
        {
            _clock = (ulong)_execs[0].Time + (ulong)(minute * Minute) - 100;
            Life(1, 1, level: Levels);
            Send();
        }

        for (var i = 0; i < atOnce.Count; i++)
        {
            Assert.Equal(Values(atOnce[i].ByEvent), Values(Ask(_execs[i], byTime: false)));
            Assert.Equal(Values(atOnce[i].ByTime), Values(Ask(_execs[i], byTime: true)));
            Assert.Equal(Values(atOnce[i].ByEvent), Values(atOnce[i].ByTime));
        }
    }

    private static DataValue[] Values(LookupResult[] results) => [.. results.Select(r => r.Values)];

    // Thread, process and lineage of an exec, for the event or as of its time alone.
    private LookupResult[] Ask((uint Pid, ulong Start, long Position, long Time) exec, bool byTime)
    {
        var id = (long)EntityIds.Of(Seed, exec.Pid, exec.Start);
        var request = new LookupRequest
        {
            Keys = [LookupKey.Thread((ulong)id).Value, LookupKey.Process((ulong)id).Value, LookupKey.Lineage((ulong)id, 5).Value],
            LoadId = RawFrames.Load,
            Position = byTime ? -1 : exec.Position,
            Time = RawFrames.BootEpoch + exec.Time,
        };
        Assert.True(_lookups.TryAnswer(request, out var reply, out _));
        return [.. reply.Results];
    }

    private void Climb(uint pid, ulong start, uint parent, ulong parentStart, int level)
    {
        if (level > 0)
        {
            Exec(pid, start, parent, parentStart, $"/bin/first{level}");
            Exec(pid, start, parent, parentStart, $"/bin/second{level}");
        }

        for (var n = 0; level < Levels && n < Width; n++)
        {
            Life(pid, start, level, climbs: true);
        }
    }

    // A child: forked, what it does, and its end.
    private void Life(uint parent, ulong parentStart, int level, bool climbs = false)
    {
        var (pid, start) = (_pids++, _clock += 10);
        _records.Head = Head(parent, parentStart, 1, 1);
        Add(EventIds.SchedProcessFork, new ForkBody { Parent = Ids(parent, parentStart), ParentProcess = Ids(parent, parentStart), Leader = Ids(pid, start), Child = Ids(pid, start) });
        if (climbs)
        {
            Climb(pid, start, parent, parentStart, level + 1);
        }

        _records.Head = Head(pid, start, parent, parentStart);
        Add(EventIds.SchedProcessExit, new ExitBody { ProcessGroupExit = 1, ReaperPid = 1, ReaperStartTime = 1 });
    }

    private void Exec(uint pid, ulong start, uint parent, ulong parentStart, string path)
    {
        _records.Head = Head(pid, start, parent, parentStart);
        _execs.Add((pid, start, _position, (long)_clock));
        _records.Exec(path, path, $"{_position}");
        _position++;
    }

    private void Add<T>(int eventId, T body)
        where T : unmanaged
    {
        _records.Add(eventId, body);
        _position++;
    }

    private void Send()
    {
        _harness.Give(_position - _records.Count, _records);
        Assert.Empty(_harness.BadRecords);
        _records = new RecordBuilder();
    }

    private RecordHead Head(uint pid, ulong start, uint parent, ulong parentStart) => RecordBuilder.DefaultHead() with
    {
        HostPid = pid,
        HostTid = pid,
        NsPid = pid == 1 ? 1 : pid,
        NsTid = pid,
        StartTime = start,
        LeaderStartTime = start,
        HostPpid = parent,
        ParentStartTime = parentStart,
        Time = _clock += 10,
    };

    private static TaskIds Ids(uint pid, ulong start) => new() { Tid = pid, Pid = pid, NsTid = pid, NsPid = pid, StartTime = start };
}
