using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Capture;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Contracts.Records;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Cli.Recording;

/// <summary>
/// Records one node of a running mesh:
/// <list type="number">
/// <item>what is known already: containers as their runtimes told of them, what the data sources of the mesh hold;</item>
/// <item>the raw frames from now on, and with them what becomes known;</item>
/// <item>a snapshot of what exists, asked for into the stream: from its end on the recording is ready to be used;</item>
/// <item>at the end everything up to what the kernel side had produced by then.</item>
/// </list>
/// </summary>
internal sealed class Recorder
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    // A container's events wait so long for its runtime: what it said of the last one is known then.
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(1);

    private readonly BusConnection _bus;
    private readonly string _node;
    private readonly CaptureWriter _writer;
    private readonly StreamTable _streams = new(MeshSubjects.InForce);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, CapturedAnswer> _told = [];
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint? _load;
    private bool _snapshotAsked;
    private long _settled;
    private long _lastSequence;
    private long _flushed;

    public Recorder(BusConnection bus, string node, CaptureWriter writer)
    {
        (_bus, _node, _writer) = (bus, node, writer);
        _flushed = bus.Time.GetTimestamp();
    }

    /// <summary>Frames that left the stream before they were read.</summary>
    public long Missed { get; private set; }

    /// <summary>Records in the frames so far.</summary>
    public long Records { get; private set; }

    /// <summary>Records until <paramref name="wait"/> completes.</summary>
    /// <param name="wait">Called when everything that exists is in the recording; the recording ends when it does.</param>
    /// <param name="cancellation">Ends it at once, whole.</param>
    public async Task RunAsync(Func<CancellationToken, Task> wait, CancellationToken cancellation)
    {
        using var stop = new CancellationTokenSource();
        var sources = new SourceRecorder(_bus, Write);
        await RecordContainersAsync(cancellation); // 1
        await sources.RecordAsync(cancellation);
        Task[] beside = [FollowFramesAsync(stop.Token), FollowLifecycleAsync(stop.Token), sources.FollowAsync(stop.Token)]; // 2
        var ended = Task.WhenAny(beside);
        try
        {
            await AskForSnapshotAsync(cancellation); // 3
            await FirstOf(_ready.Task.WaitAsync(Patience, _bus.Time, cancellation), ended);
            await FirstOf(wait(cancellation), ended);
        }
        catch (TimeoutException)
        {
            throw new CommandException(ExitCode.Unavailable, $"no snapshot of {_node} came within {Patience.TotalSeconds:0} s: does its collector run? ./mesh status tells");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && _ready.Task.IsCompleted)
        {
            // Asked to end: what was recorded is whole.
        }

        await FirstOf(CompleteAsync(), ended); // 4
        await stop.CancelAsync();
        await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writer.End(Missed);
    }

    private static async Task FirstOf(Task task, Task<Task> ended)
    {
        if (await Task.WhenAny(task, ended) == ended)
        {
            await await ended;
        }

        await task;
    }

    private void Write(CaptureEntry entry)
    {
        lock (_gate)
        {
            _writer.Write(entry);
        }
    }

    private async Task RecordContainersAsync(CancellationToken cancellation)
    {
        var follower = new StreamFollower(_bus, _streams.Lifecycle, Console.Error);
        await foreach (var message in follower.Read(ConsumerStart.All, follow: false, static () => { }, cancellation))
        {
            using (message)
            {
                if (LifecycleAnswer.Read(message.PayloadMemory, _node, null) is { } answer)
                {
                    _told[answer.ContainerId] = answer;
                }
            }
        }

        foreach (var answer in _told.Values)
        {
            Write(answer);
        }
    }

    private async Task FollowFramesAsync(CancellationToken cancellation)
    {
        var follower = new StreamFollower(_bus, _streams.Raw(_node), Console.Error);
        await foreach (var message in follower.Read(ConsumerStart.New, follow: true, Idle, cancellation))
        {
            using (message)
            {
                Take(message);
            }
        }
    }

    private void Take(JetStreamMessage message)
    {
        var sequence = message.Metadata.StreamSequence;
        Missed += _lastSequence > 0 && sequence > _lastSequence + 1 ? sequence - _lastSequence - 1 : 0;
        _lastSequence = sequence;
        Write(new CapturedFrame(message.Metadata.TimeNanoseconds, message.PayloadMemory));
        if (_bus.Time.GetElapsedTime(_flushed) >= FlushInterval)
        {
            Flush();
        }

        if (RawFrameCodec.TryRead(message.PayloadMemory, out var header, out var records) != FrameStatus.Ok)
        {
            return;
        }

        Records += header.Count;
        TaskCompletionSource advanced;
        lock (_gate)
        {
            _load = header.LoadId;
            _settled = Math.Max(header.EndOffset, header.Settled);
            (advanced, _advanced) = (_advanced, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        advanced.SetResult();
        if (Volatile.Read(ref _snapshotAsked) && !_ready.Task.IsCompleted && EndsSnapshot(records.Span))
        {
            _ready.TrySetResult();
        }
    }

    private static bool EndsSnapshot(ReadOnlySpan<byte> records)
    {
        while (RecordReader.TryOpen(ref records, out var reader) == RecordStatus.Ok)
        {
            if (reader.Head.Event == EventIds.SnapshotEnd)
            {
                return true;
            }
        }

        return false;
    }

    private void Idle()
    {
        if (_bus.Time.GetElapsedTime(_flushed) >= FlushInterval)
        {
            Flush();
        }
    }

    private void Flush()
    {
        lock (_gate)
        {
            _writer.Flush();
            _flushed = _bus.Time.GetTimestamp();
        }
    }

    private async Task FollowLifecycleAsync(CancellationToken cancellation)
    {
        var follower = new StreamFollower(_bus, _streams.Lifecycle, Console.Error);
        await foreach (var message in follower.Read(ConsumerStart.New, follow: true, static () => { }, cancellation))
        {
            using (message)
            {
                if (LifecycleAnswer.Read(message.PayloadMemory, _node, _load) is { } answer)
                {
                    Write(answer);
                }
            }
        }
    }

    private async Task AskForSnapshotAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _snapshotAsked, true);
        var reply = await Ask(new ControlRequest { Op = ControlRequest.Snapshot }, cancellation);
        var answer = reply is null ? null : JsonSerializer.Deserialize(reply, MeshJson.Default.ControlReply);
        if (answer is not { Ok: true })
        {
            throw new CommandException(ExitCode.Unavailable, $"the collector of {_node} gives no snapshot: {(answer is null ? "it does not answer" : answer.Error)}; ./mesh status tells whether it runs");
        }
    }

    private async Task CompleteAsync()
    {
        using var patience = new CancellationTokenSource(Patience, _bus.Time);
        try
        {
            if (await Ask(new ControlRequest { Op = ControlRequest.Cut }, patience.Token) is { } reply
                && JsonSerializer.Deserialize(reply, MeshJson.Default.LedgerCut) is { } cut)
            {
                while (!TryReach(cut.Produced, out var advanced))
                {
                    await advanced.WaitAsync(patience.Token);
                }
            }

            await Task.Delay(LastAnswers, _bus.Time, patience.Token);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"tmesh: the last frames of {_node} did not come within {Patience.TotalSeconds:0} s; the capture ends before them");
        }
    }

    private bool TryReach(long offset, out Task advanced)
    {
        lock (_gate)
        {
            advanced = _advanced.Task;
            return _settled >= offset;
        }
    }

    private async Task<byte[]?> Ask(ControlRequest request, CancellationToken cancellation)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(request, MeshJson.Default.ControlRequest);
        using var reply = await _bus.RequestAsync(MeshSubjects.InForce.Control(_node), payload, Timeout, BusHeaders.Json, cancellation);
        return reply.Status == ReplyStatus.Ok ? reply.Payload.ToArray() : null;
    }
}
