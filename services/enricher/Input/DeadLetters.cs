using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Enricher.Input;

/// <summary>
/// Puts what could not be read where somebody can look at it. Bounded: a flood of bad input fills the queue, and what finds
/// no room is counted and only logged.
/// </summary>
public sealed class DeadLetters
{
    /// <summary>Messages that wait to be stored.</summary>
    public const int MaxWaiting = 64;

    /// <summary>Bytes of a message that are kept.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Header that says why.</summary>
    public const string ReasonHeader = "TraceeMesh-Reason";

    private readonly JetStream _jetStream;
    private readonly string _subject;
    private readonly ILogger _log;
    private readonly ServiceCounter _dropped;
    private readonly Channel<(byte[] Bytes, string Reason)> _queue;

    /// <summary>An empty queue.</summary>
    /// <param name="jetStream">The bus.</param>
    /// <param name="subject">Where dead letters go.</param>
    /// <param name="log">The log.</param>
    /// <param name="counters">Where it counts.</param>
    public DeadLetters(JetStream jetStream, string subject, ILogger log, ServiceCounters counters)
    {
        _jetStream = jetStream;
        _subject = subject;
        _log = log;
        _dropped = counters.Counter("dead_letters_dropped", "Unreadable input that was not kept, because too much of it waited");
        _queue = Channel.CreateBounded<(byte[], string)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    }

    /// <summary>Keeps what could not be read.</summary>
    public void Add(ReadOnlySpan<byte> bytes, string reason)
    {
        _log.LogWarning("{Reason}; {Length} bytes, begins {Start}", reason, bytes.Length, Convert.ToHexStringLower(bytes[..Math.Min(32, bytes.Length)]));
        if (!_queue.Writer.TryWrite((bytes[..Math.Min(MaxBytes, bytes.Length)].ToArray(), reason)))
        {
            _dropped.Add();
        }
    }

    /// <summary>Stores them until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var (bytes, reason) in _queue.Reader.ReadAllAsync(cancellation))
        {
            var ack = await _jetStream.PublishAsync(_subject, bytes, headers: BusHeaders.None.With(ReasonHeader, reason), cancellation: cancellation);
            if (!ack.IsStored)
            {
                _dropped.Add();
            }
        }
    }
}
