using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.MessagePack;
using TraceeMesh.Replay.Judging;
using TraceeMesh.Signatures;

namespace TraceeMesh.Replay.Importing;

/// <summary>
/// What Tracee printed, judged by the mesh's signatures: each event feeds the stores, so that lookups are answered, and is judged. An
/// event's position is that of its line.
/// </summary>
public sealed class TraceeJsonJudge : IAsyncDisposable
{
    /// <summary>The node of the events.</summary>
    public const string Node = "tracee-json";

    /// <summary>Longer lines are refused.</summary>
    public const int MaxLine = 4 * 1024 * 1024;

    // Events of one frame; what they need of the stores is applied before the first of them is judged, and answered as of each.
    private const int FrameEvents = 256;
    private const uint Load = 1;
    private const int Partition = 0;

    private readonly CaptureClock _clock = new();
    private readonly NodeStores _stores = new();
    private readonly ReplayDetector _detector;
    private readonly EventWriter _events = new();
    private readonly TraceeArguments _arguments = new();
    private readonly MessagePackWriter _frame = new();
    private readonly Action<long, string> _refused;
    private TraceeStores? _feed;
    private long _number;
    private long _emitted;

    /// <summary>A judge.</summary>
    /// <param name="signatures">The signatures that come with the mesh.</param>
    /// <param name="directory">The operator's directory of signatures; null for none.</param>
    /// <param name="take">Takes each finding.</param>
    /// <param name="refused">Takes the number of each line that is no event, and why.</param>
    /// <param name="log">The log.</param>
    public TraceeJsonJudge(IEnumerable<Func<Signature>> signatures, string? directory, Action<Finding> take, Action<long, string> refused, ILogger log)
    {
        _refused = refused;
        _detector = new ReplayDetector(signatures, directory, Node, new ReplayedSources(Node, _stores, null, _clock), _clock, take, log);
    }

    /// <summary>Judges lines to their end.</summary>
    public async Task<JudgeReport> RunAsync(IEnumerable<string> lines, CancellationToken cancellation)
    {
        await _detector.LoadAsync(cancellation);
        foreach (var line in lines)
        {
            if (line.Length > 0)
            {
                Take(line);
            }

            _number++;
            if (_events.Count == FrameEvents)
            {
                await JudgeAsync(cancellation);
            }
        }

        await JudgeAsync(cancellation);
        return _detector.Report() with { Records = _number };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _detector.DisposeAsync();
        _events.Dispose();
        _arguments.Dispose();
        _frame.Dispose();
    }

    private void Take(string line)
    {
        if (line.Length > MaxLine)
        {
            _refused(_number + 1, $"it has {line.Length} characters; {MaxLine} are allowed");
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 4 * Limits.Depth });
            if (TraceeJson.TryRead(document.RootElement, out var e, out var reason))
            {
                Add(e);
            }
            else
            {
                _refused(_number + 1, reason);
            }
        }
        catch (JsonException x)
        {
            _refused(_number + 1, x.Message);
        }
    }

    private void Add(TraceeEvent e)
    {
        ref var c = ref e.Context;
        var definition = EventCatalog.Find(e.Name);
        c.EventId = definition?.Id ?? 0;
        c.Position = _number;
        c.Sequence = (ulong)_number;
        _clock.MoveTo(c.Timestamp);
        lock (_stores.Gate)
        {
            _feed ??= Begin(c.Timestamp);
            _feed.Apply(e, _number);
        }

        // An event of Tracee's that the mesh does not have, a finding of Tracee's for one, feeds the stores and no more.
        if (definition is { Internal: false })
        {
            _events.BeginEvent(in c, definition, []);
            _arguments.Write(_events, definition, e);
        }
    }

    private TraceeStores Begin(long time)
    {
        var load = _stores.BeginLoad(Load);
        var start = new StorePosition(load, 0);
        _stores.Clock.Set(start, time, 0);
        _stores.Processes.BeginLoad(EntityIds.Seed(Node, ""), new FactStamp(time, FactPosition.Of(start)));
        _stores.Containers.Begin(new Moment(start, time));
        _stores.Dns.Begin(start, time);
        return new TraceeStores(_stores, load);
    }

    private async Task JudgeAsync(CancellationToken cancellation)
    {
        if (_events.Count == 0)
        {
            return;
        }

        _stores.Advance(new StorePosition(_stores.LoadIndex(Load), _number));
        _frame.Reset();
        EventFrameCodec.Write(
            _frame,
            new EventFrameHeader { Node = Node, BootId = "", HostName = "", LoadId = Load, Partition = Partition, FirstOffset = _emitted, Count = _events.Count, Settled = _emitted, Watermark = _number },
            _events.WrittenSpan);
        var buffer = ArrayPool<byte>.Shared.Rent(_frame.Length);
        _frame.WrittenSpan.CopyTo(buffer);
        var end = _emitted + _events.Count;
        _events.Reset();
        await _detector.JudgeAsync(new CutFrame(Partition, Load, "", buffer, _frame.Length, _emitted, end), cancellation);
        _emitted = end;
    }
}
