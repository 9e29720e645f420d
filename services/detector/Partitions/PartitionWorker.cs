using System.Diagnostics;
using System.Globalization;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Detector.Partitions;

/// <summary>Judges the frames of one partition, one after the other, for one term of its lease. The numbers are those of <see cref="Pipeline"/>.</summary>
public sealed class PartitionWorker : IAsyncDisposable
{
    private static readonly TimeSpan LeaseWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly PartitionParts _parts;
    private readonly PartitionLease _lease;
    private readonly PartitionReader _reader;
    private readonly SignatureFence _fence;
    private readonly DeadLetters _dead;
    private readonly CancellationTokenSource _stop;
    private readonly Task _run;

    /// <summary>Starts judging.</summary>
    /// <param name="parts">What reading and judging needs.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="books">The books of the partition.</param>
    /// <param name="state">What signatures keep in it.</param>
    /// <param name="cancellation">Stops it.</param>
    public PartitionWorker(PartitionParts parts, PartitionLease lease, PartitionBooks books, PartitionState state, CancellationToken cancellation)
    {
        _parts = parts;
        _lease = lease;
        Books = books;
        State = state;
        _reader = new PartitionReader(parts, lease, books);
        _fence = new SignatureFence(parts.Judge, state);
        _dead = new DeadLetters(parts);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _run = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>The books of the partition.</summary>
    public PartitionBooks Books { get; }

    /// <summary>What signatures keep in the partition.</summary>
    public PartitionState State { get; }

    /// <summary>What ended it although it should run; null while it runs.</summary>
    public Exception? Fault => _run.Exception?.InnerException;

    /// <summary>Stops judging; the frame in hand is given up and belongs to the next owner.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _parts.Counters.Waiting(_lease.Partition, 0);
        _stop.Dispose();
        await _fence.DisposeAsync();
        await _reader.DisposeAsync();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            // 5. The next frame of the partition.
            var message = await _reader.ReadAsync(cancellation);
            while (!_lease.MayJudge)
            {
                await Task.Delay(LeaseWait, _parts.Time, cancellation);
            }

            _parts.Counters.Waiting(_lease.Partition, message.Metadata.Pending);
            if (await JudgeAsync(message, cancellation))
            {
                message.Dispose();
            }
        }
    }

    /// <summary>Takes one frame through the steps. Returns whether its buffer may be reused.</summary>
    private async Task<bool> JudgeAsync(JetStreamMessage message, CancellationToken cancellation)
    {
        var sequence = message.Metadata.StreamSequence;
        var node = NodeOf(message.Subject);

        // 6. Decode; what cannot be decoded is put aside.
        var status = EventFrameCodec.TryRead(message.PayloadMemory, out var header, out var events);
        if (status != FrameStatus.Ok || header.Partition != _lease.Partition || Subjects.Safe(header.Node) != node)
        {
            _parts.Counters.FramesBad.Add();
            await _dead.PutAsync(node, message, status == FrameStatus.Ok ? "NotOfThisSubject" : status.ToString(), cancellation);
            Books.EnterUnreadable(node, sequence);
            return true;
        }

        // 7. Enter the losses it tells and the holes it shows.
        var reason = Books.ShowsHole(header) ? await ExplainHoleAsync(cancellation) : "";
        _parts.Counters.EventsLost.Add(Books.EnterTold(header, reason));
        if (header.Count == 0 || Books.IsJudged(header))
        {
            _parts.Counters.FramesSkipped.Add(header.Count == 0 ? 0 : 1);
            Books.EnterJudged(header, header.Count, sequence);
            return true;
        }

        // Judged by an owner before, its findings stored, and what it wrote included; only the books do not know.
        if (State.Includes(Books.StreamCreated, sequence))
        {
            _parts.Counters.FramesSkipped.Add();
            Books.EnterJudged(header, header.Count, sequence);
            return true;
        }

        using var span = MeshTrace.Follow(SpanNames.Judge, ActivityKind.Consumer, message.Headers)?
            .SetTag(SpanTags.Node, header.Node)
            .SetTag(SpanTags.Load, header.LoadId.ToString("x8", CultureInfo.InvariantCulture))
            .SetTag(SpanTags.Partition, header.Partition);

        // 8. Judge its events; every finding is stored before this returns.
        var judged = await _fence.JudgeAsync(events, Books.Losses(header.Node), Books.ToldBefore(header), cancellation);
        if (judged.Status != FrameStatus.Ok)
        {
            _parts.Counters.FramesBad.Add();
            await _dead.PutAsync(node, message, judged.Status.ToString(), cancellation);
        }

        // 9. Enter what was judged, first what signatures keep; the lease's next renewal carries both.
        State.Commit(Books.StreamCreated, sequence);
        _parts.Counters.EventsLost.Add(Books.EnterJudged(header, judged.Events, sequence));
        _parts.Counters.FramesJudged.Add();
        _parts.Counters.EventsJudged.Add(judged.Events);
        return !judged.BufferInUse;
    }

    private async Task<string> ExplainHoleAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await _reader.ExplainHoleAsync(cancellation);
            }
            catch (BusException)
            {
                // The connection's own log tells; the hole can wait.
                await Task.Delay(Retry, _parts.Time, cancellation);
            }
        }
    }

    // prefix.events.node.partition, where none of the parts but the prefix may hold a dot.
    private static string NodeOf(string subject)
    {
        var end = subject.LastIndexOf('.');
        return subject[(subject.LastIndexOf('.', end - 1) + 1)..end];
    }
}
