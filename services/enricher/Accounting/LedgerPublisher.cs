using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Enricher.Accounting;

/// <summary>Publishes the books of the node: within <see cref="MinInterval"/> of a change, and once a second in any case.</summary>
/// <param name="jetStream">The bus.</param>
/// <param name="subject">Where the ledger is.</param>
/// <param name="books">The books.</param>
/// <param name="log">The log.</param>
public sealed class LedgerPublisher(JetStream jetStream, string subject, NodeBooks books, ILogger log)
{
    /// <summary>The least time between two publications.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan MaxInterval = Contracts.Limits.SilenceInterval;

    private readonly TimeProvider _time = jetStream.Connection.Time;
    private long _published = -1;
    private PublishAckStatus _told = PublishAckStatus.Stored;

    /// <summary>Publishes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(MinInterval, _time);
        var last = _time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (books.Version != _published || _time.GetElapsedTime(last) >= MaxInterval)
            {
                await PublishAsync(cancellation);
                last = _time.GetTimestamp();
            }
        }
    }

    /// <summary>Publishes the books as they are, unless none are open yet; what is not stored now goes with the next change or second.</summary>
    public async Task PublishAsync(CancellationToken cancellation)
    {
        var version = books.Version;
        if (version == 0)
        {
            return;
        }

        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        var json = JsonSerializer.SerializeToUtf8Bytes(books.ToAccount(now), MeshJson.Default.NodeAccount);
        var ack = await jetStream.PublishAsync(subject, json, headers: BusHeaders.Json, cancellation: cancellation);
        if (ack.IsStored)
        {
            _published = version;
            _told = PublishAckStatus.Stored;
        }
        else if (ack.Status != _told)
        {
            _told = ack.Status;
            log.LogWarning("the books of the node are not stored: {Status}; tried again", ack.Status);
        }
    }
}
