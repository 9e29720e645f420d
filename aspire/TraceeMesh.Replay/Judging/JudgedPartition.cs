using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Partitions;
using TraceeMesh.Detector.State;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Replay.Judging;

/// <summary>One partition of a replay; the numbers are those of the detector's pipeline, without what only a bus needs.</summary>
internal sealed class JudgedPartition : IAsyncDisposable
{
    // There is one stream, and it is never made anew.
    private const string Stream = "replay";

    private readonly JudgeParts _parts;
    private readonly PartitionBooks _books;
    private readonly PartitionState _state;
    private readonly SignatureFence _fence;
    private long _sequence;

    public JudgedPartition(JudgeParts parts)
    {
        _parts = parts;
        _books = new PartitionBooks(null, parts.Time);
        _state = new PartitionState(null, lost: false, parts.Counters);
        _fence = new SignatureFence(parts, _state);
    }

    /// <summary>Judges a frame. Returns whether its buffer may be used again.</summary>
    public async Task<bool> JudgeAsync(CutFrame frame, CancellationToken cancellation)
    {
        // 6. Decode.
        var status = EventFrameCodec.TryRead(frame.Buffer.AsMemory(0, frame.Length), out var header, out var events);
        if (status != FrameStatus.Ok)
        {
            throw new InvalidOperationException($"the enricher cut a frame that cannot be read: {status}");
        }

        // 7. Enter the losses it tells.
        var sequence = ++_sequence;
        _parts.Counters.EventsLost.Add(_books.EnterTold(header, ""));
        if (header.Count == 0)
        {
            _books.EnterJudged(header, 0, sequence);
            return true;
        }

        // 8. Judge its events.
        var judged = await _fence.JudgeAsync(events, _books.Losses(header.Node), _books.ToldBefore(header), cancellation);

        // 9. Enter what was judged.
        _state.Commit(Stream, sequence);
        _parts.Counters.EventsLost.Add(_books.EnterJudged(header, judged.Events, sequence));
        _parts.Counters.EventsJudged.Add(judged.Events);
        return !judged.BufferInUse;
    }

    public ValueTask DisposeAsync() => _fence.DisposeAsync();
}
