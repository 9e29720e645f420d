using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

/// <summary>One container's runtime hangs: nobody else's event is later by as much as one frame.</summary>
public sealed class OtherContainersTests : IAsyncDisposable
{
    private const int Frames = 40;
    private const ulong Host = 1;
    private static readonly string Hung = new('a', 64);
    private static readonly string Answered = new('b', 64);
    private static readonly string Unanswered = new('c', 64);

    private readonly EnrichmentScene _scene = new();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task EventsOfOthers_LeaveInTheFramesCutFromTheirOwnRawFrame()
    {
        var records = EnrichmentScene.Make(Hung, 77);
        records.Head.CgroupId = Host;
        records.Cgroup(EventIds.CgroupMkdir, 78, $"/docker/{Answered}");
        _scene.Harness.Give(0, records);
        await _scene.AnswerAsync(Answered, RuntimeStatus.Found, "b");
        var offset = (long)records.Count;

        for (var i = 0; i < Frames; i++)
        {
            // The other one that nobody answers about comes in the middle, so that two wait behind each other.
            var next = new RecordBuilder();
            next.Head.CgroupId = Host;
            next.Cgroup(EventIds.CgroupMkdir, i == Frames / 2 ? 79UL : 1000 + (ulong)i, i == Frames / 2 ? $"/docker/{Unanswered}" : "/system.slice");
            foreach (var cgroup in new[] { 77UL, 78UL, Host, 79UL, 77UL, 78UL })
            {
                next.Head.CgroupId = cgroup;
                next.Open("/a");
            }

            var before = _scene.Harness.Frames.Count;
            _scene.Harness.Give(offset, next);

            // The directory's, twice the answered one's, the host's; and of the third while it was the host's own.
            long[] own = i < Frames / 2 ? [0, 2, 3, 4, 6] : [0, 2, 3, 6];
            var left = new List<long>();
            foreach (var frame in _scene.Harness.Frames.Skip(before))
            {
                Assert.Equal(offset + next.Count, frame.Header.Watermark);
                CutterHarness.Read(frame.Bytes, e => left.Add(e.Context.Position - offset));
            }

            Assert.Equal(own, left.Order());
            offset += next.Count;
        }

        Assert.Equal((2 * Frames) + (Frames / 2), _scene.Harness.Parking.Count);
        Assert.Equal(0, _scene.Harness.Parking.TimedOut);
    }
}
