using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Audit;

/// <summary>
/// Publishes audit records, in order, until each is stored. A write does not wait for its record; while the bus is away so many wait, and
/// those beyond are counted.
/// </summary>
public sealed class AuditLog
{
    /// <summary>Records that wait at most.</summary>
    public const int MaxWaiting = 16384;

    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private readonly Channel<AuditRecord> _waiting = Channel.CreateBounded<AuditRecord>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly JetStream _jetStream;
    private readonly string _subject;
    private readonly StreamDefinition _stream;
    private readonly ServiceCounter _lost;
    private readonly string _incarnation = Guid.NewGuid().ToString("N");

    /// <summary>A log that does not publish yet.</summary>
    public AuditLog(JetStream jetStream, Subjects subjects, ServiceCounters counters)
    {
        _jetStream = jetStream;
        _subject = subjects.Audit;
        _stream = new StreamTable(subjects).Audit;
        _lost = counters.Counter("audit_lost", "Audit records that found no room while the bus was away");
        counters.Gauge("audit_waiting", "Audit records that wait", () => _waiting.Reader.Count);
    }

    /// <summary>Adds a record.</summary>
    public void Add(AuditRecord record)
    {
        if (!_waiting.Writer.TryWrite(record))
        {
            _lost.Add();
        }
    }

    /// <summary>Publishes until cancelled, and then what still waits.</summary>
    /// <param name="buffered">Where to: many records go out together.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(BusConnection buffered, CancellationToken cancellation)
    {
        await using var publisher = new FramePublisher(buffered, new FramePublisherOptions(_stream.Name) { Headers = BusHeaders.Json }, c => _jetStream.EnsureStreamAsync(_stream, c));
        using var farewell = new CancellationTokenSource();
        await using var registration = cancellation.Register(() =>
        {
            _waiting.Writer.TryComplete();
            farewell.CancelAfter(FarewellTimeout);
        });
        try
        {
            for (var number = 0L; await _waiting.Reader.WaitToReadAsync(farewell.Token);)
            {
                while (_waiting.Reader.TryRead(out var record))
                {
                    await publisher.EnqueueAsync(Frame(record, number++), farewell.Token);
                }
            }

            await publisher.DrainAsync(farewell.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or BusException)
        {
            _lost.Add(_waiting.Reader.Count);
        }
    }

    private OutgoingFrame Frame(AuditRecord record, long number)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord);
        var buffer = ArrayPool<byte>.Shared.Rent(json.Length);
        json.CopyTo(buffer, 0);
        return new OutgoingFrame(_subject, $"{_incarnation}.{number}", buffer, json.Length, number, number + 1);
    }
}
