using System.Buffers;
using Microsoft.Extensions.Logging;
using TraceeMesh.Capture;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Replay.Judging;

/// <summary>
/// A capture judged in one process, without a bus, by the classes that the services are made of:
/// <list type="number">
/// <item>read a raw frame of the capture, and lead it to a load that begins at 0 (<see cref="ReplayedLoads"/>);</item>
/// <item>the enricher: decode it into stores and events, add what the runtimes said then, cut event frames (<see cref="FrameCutter"/>, <see cref="CapturedAnswers"/>);</item>
/// <item>the detector: judge each frame in its partition (<see cref="JudgedPartition"/>), asking the stores themselves (<see cref="NodeDataSource"/>);</item>
/// <item>hand findings on, in their order.</item>
/// </list>
/// Time is that of the capture, and one frame is done before the next begins: the same capture gives the same findings, byte for byte.
/// </summary>
public sealed class CaptureJudge : IAsyncDisposable
{
    private readonly CaptureFile _capture;
    private readonly CaptureClock _clock = new();
    private readonly NodeStores _stores = new();
    private readonly CapturedAnswers _answers;
    private readonly ParkingLot _parking;
    private readonly FrameCutter _cutter;
    private readonly ReplayDetector _detector;
    private readonly List<CutFrame> _cut = [];
    private readonly ReplayedLoads _loads = new(null, static load => load);
    private EventSet _wanted = new();
    private long _frames;
    private long _badFrames;
    private long _badRecords;
    private long _records;

    /// <summary>A judge of one capture.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="signatures">The signatures that come with the mesh.</param>
    /// <param name="directory">The operator's directory of signatures; null for none.</param>
    /// <param name="take">Takes each finding.</param>
    /// <param name="log">The log.</param>
    public CaptureJudge(CaptureFile capture, IEnumerable<Func<Signature>> signatures, string? directory, Action<Finding> take, ILogger log)
    {
        _capture = capture;
        _clock.MoveTo(capture.First);
        _answers = new CapturedAnswers(capture.Answers);
        _parking = new ParkingLot(_clock, new EnrichmentOptions().MaxWait);
        _cutter = new FrameCutter(capture.Origin.Node, _stores, _parking, _answers, null, false, (_, _, _) => _badRecords++);
        _detector = new ReplayDetector(signatures, directory, capture.Origin.Node, new ReplayedSources(capture.Origin.Node, _stores, capture, _clock), _clock, take, log);
    }

    /// <summary>Judges it from its beginning to its end.</summary>
    public Task<JudgeReport> RunAsync(CancellationToken cancellation) => RunAsync(_capture.Frames(), cancellation);

    /// <summary>Judges frames of it that were read before.</summary>
    /// <param name="frames">All of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<JudgeReport> RunAsync(IEnumerable<CapturedFrame> frames, CancellationToken cancellation)
    {
        await _detector.LoadAsync(cancellation);
        _wanted = _detector.Wanted();
        foreach (var frame in frames)
        {
            _clock.MoveTo(frame.Arrived);
            Take(frame.Message); // 1, 2
            await JudgeAsync(cancellation); // 3, 4
        }

        // What still waits for its container waits no longer.
        _clock.MoveTo(_capture.Last + ((long)ParkingLot.ExistingMaxWait.TotalNanoseconds * 2));
        _cutter.Release(_cut);
        await JudgeAsync(cancellation);
        var report = _detector.Report();
        return report with
        {
            Frames = _frames,
            BadFrames = _badFrames,
            BadRecords = _badRecords,
            Records = _records,
            Lost = report.Lost + _cutter.Books.ToAccount(_clock.GetTimestamp()).Lost.Values.Sum(),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _detector.DisposeAsync();
        _cutter.Dispose();
        _parking.Dispose();
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        _frames++;
        if (RawFrameCodec.TryRead(message, out RawFrameHeader header, out var records) != FrameStatus.Ok)
        {
            _badFrames++;
            _cutter.UnreadableFrame();
            return;
        }

        _records += header.Count;
        var led = _loads.Lead(header);

        // What the stores alone needed while it was recorded may be what a signature tried now wants to see.
        var selected = new EventSet();
        selected.UnionWith(led.Selected);
        selected.UnionWith(_wanted);
        _answers.Position = header.EndOffset;
        _cutter.Take(new RawFrame(led with { Selected = selected }, records), _cut);
    }

    private async Task JudgeAsync(CancellationToken cancellation)
    {
        foreach (var frame in _cut)
        {
            await _detector.JudgeAsync(frame, cancellation);
            _cutter.Settle(frame.Partition, frame.LoadId, frame.EndOffset);
        }

        _cut.Clear();
        foreach (var message in _cutter.Lifecycle)
        {
            ArrayPool<byte>.Shared.Return(message.Buffer);
        }

        _cutter.Lifecycle.Clear();
    }
}
