using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Capture;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Replay.Feeding;

/// <summary>
/// Feeds a capture to a mesh in a collector's place: its frames, as the load of a node of their own, in their order and time, into the
/// stream of raw frames; and the answers that enricher and ledger want of a collector.
/// </summary>
public sealed class CaptureFeeder : IDisposable
{
    // What the enricher has not taken stays well below what the stream keeps.
    private const long MaxAhead = 64L << 20;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    // Replayed to whoever asks by name; who judges passes over what no signature selects.
    private static readonly EventSet Everything = new(EventCatalog.All.Where(d => !d.Internal && d.Id < EventSet.Limit).Select(d => d.Id));

    private readonly BusConnection _bus;
    private readonly JetStream _jetStream;
    private readonly Subjects _subjects;
    private readonly StreamTable _streams;
    private readonly CaptureFile _capture;
    private readonly FeedTarget _target;
    private readonly ReplayedLoads _loads;
    private readonly BusRegistration _control;
    private readonly Queue<(uint LoadId, long End, int Bytes)> _ahead = new();
    private long _bytesAhead;
    private long _silences;
    private LedgerCut _cut = new("", 0);

    /// <summary>From here on it answers in the collector's place.</summary>
    /// <param name="bus">A connection with the collector's rights.</param>
    /// <param name="subjects">The subjects in force.</param>
    /// <param name="capture">The capture.</param>
    /// <param name="target">Where and how.</param>
    public CaptureFeeder(BusConnection bus, Subjects subjects, CaptureFile capture, FeedTarget target)
    {
        (_bus, _subjects, _capture, _target) = (bus, subjects, capture, target);
        _jetStream = new JetStream(bus);
        _streams = new StreamTable(subjects);
        _loads = new ReplayedLoads(target.Node, static _ => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));
        _control = bus.Subscribe(subjects.Control(target.Node), message => message.Respond(Answer(message.Payload), BusHeaders.Json));
    }

    /// <summary>Frames sent.</summary>
    public long Frames { get; private set; }

    /// <summary>Records sent.</summary>
    public long Records { get; private set; }

    /// <summary>Frames that could not be read, and were not sent.</summary>
    public long BadFrames { get; private set; }

    /// <summary>Sends all of it, and says that the load is over. Returns once everything is stored.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var stream = _streams.Raw(_target.Node);
        await _jetStream.EnsureStreamAsync(stream, cancellation);
        await using var publisher = new FramePublisher(_bus, new FramePublisherOptions(stream.Name), c => _jetStream.EnsureStreamAsync(stream, c));
        using var message = new MessagePackWriter();
        var started = _bus.Time.GetTimestamp();
        RawFrameHeader? last = null;
        foreach (var frame in _capture.Frames())
        {
            if (RawFrameCodec.TryRead(frame.Message, out RawFrameHeader header, out var records) != FrameStatus.Ok)
            {
                BadFrames++;
                continue;
            }

            var wait = _target.Speed.DueAfter(frame.Arrived - _capture.First) - _bus.Time.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _bus.Time, cancellation);
            }

            last = _loads.Lead(header) with { Selected = Everything, Spread = _target.Spread, Final = false };
            await WaitForEnricherAsync(cancellation);
            await SendAsync(publisher, message, last, records, cancellation);
        }

        if (last is not null)
        {
            last = last with { FirstOffset = last.EndOffset, Count = 0, Settled = last.EndOffset, Losses = [], Final = true };
            await SendAsync(publisher, message, last, default, cancellation);
        }

        await publisher.DrainAsync(cancellation);
    }

    /// <summary>Gives back the room of the node's stream on the bus. Nobody reads it any more.</summary>
    public Task RemoveStreamAsync(CancellationToken cancellation) => _jetStream.DeleteStreamAsync(_streams.Raw(_target.Node).Name, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _control.Dispose();

    private async ValueTask SendAsync(FramePublisher publisher, MessagePackWriter message, RawFrameHeader header, ReadOnlyMemory<byte> records, CancellationToken cancellation)
    {
        message.Reset();
        RawFrameCodec.Write(message, header, records.Span);
        var buffer = ArrayPool<byte>.Shared.Rent(message.Length);
        message.WrittenSpan.CopyTo(buffer);
        var id = string.Create(CultureInfo.InvariantCulture, $"{header.LoadId:x8}.{header.FirstOffset}");
        using var span = header.Count > 0 ? MeshTrace.Begin(header.LoadId, header.FirstOffset, _bus.Time.GetUtcNow()) : null;
        await publisher.EnqueueAsync(
            new OutgoingFrame(_subjects.Raw(_target.Node), header.Count > 0 ? id : $"{id}.s{_silences++}", buffer, message.Length, header.FirstOffset, header.EndOffset, MeshTrace.HeaderOf(span)),
            cancellation);
        Frames++;
        Records += header.Count;
        _ahead.Enqueue((header.LoadId, header.EndOffset, message.Length));
        _bytesAhead += message.Length;
        Volatile.Write(ref _cut, new LedgerCut(header.LoadId.ToString("x8", CultureInfo.InvariantCulture), header.EndOffset));
    }

    // The enricher's books say how far it is. As long as little is under way nobody looks.
    private async ValueTask WaitForEnricherAsync(CancellationToken cancellation)
    {
        while (_bytesAhead > MaxAhead)
        {
            if (await _jetStream.GetLastMessageAsync(_streams.Ledger.Name, _subjects.Ledger(_target.Node), cancellation) is { } stored
                && JsonSerializer.Deserialize(stored.Payload.Span, MeshJson.Default.NodeAccount) is { } account)
            {
                while (_ahead.TryPeek(out var oldest)
                    && (oldest.LoadId.ToString("x8", CultureInfo.InvariantCulture) != account.LoadId ? account.Unclosed.Count > 0 : oldest.End <= account.Produced))
                {
                    _bytesAhead -= _ahead.Dequeue().Bytes;
                }
            }

            if (_bytesAhead > MaxAhead)
            {
                await Task.Delay(LookAgain, _bus.Time, cancellation);
            }
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> request)
    {
        try
        {
            var read = JsonSerializer.Deserialize(request, MeshJson.Default.ControlRequest);
            return read?.Op == ControlRequest.Cut
                ? JsonSerializer.SerializeToUtf8Bytes(Volatile.Read(ref _cut), MeshJson.Default.LedgerCut)

                // The snapshot is in the capture, and a capture traces nobody.
                : JsonSerializer.SerializeToUtf8Bytes(new ControlReply(true, ""), MeshJson.Default.ControlReply);
        }
        catch (JsonException e)
        {
            return JsonSerializer.SerializeToUtf8Bytes(new ControlReply(false, $"not a control request: {e.Message}"), MeshJson.Default.ControlReply);
        }
    }
}
