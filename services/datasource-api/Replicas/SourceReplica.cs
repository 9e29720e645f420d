using System.Diagnostics.CodeAnalysis;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.DataSourceApi.Sources.Coded;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>
/// One source in this replica: its entries, kept in step with its log; writes into the log and waits until they are applied here; reads
/// that see every write acknowledged before they began.
/// </summary>
public sealed class SourceReplica
{
    /// <summary>Bytes of log behind the last snapshot from which on writes are refused: whoever ought to write the snapshot cannot.</summary>
    public const long MaxLogBytes = 1L << 30;

    // Readers are told of a record with so many changes at once, not with the others that came with it.
    private const int LargeWrite = 256;

    /// <summary>How long a write that is stored is waited for here.</summary>
    public static readonly TimeSpan ApplyPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly SourceState _state;
    private readonly PendingOutcomes _outcomes = new();
    private readonly LogWriter _writer;
    private readonly TimeProvider _time;
    private readonly SharedLastSequence _last;
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _ready;

    /// <summary>A replica that knows nothing yet; <see cref="LogFollower"/> teaches it.</summary>
    public SourceReplica(SourceDefinition definition, BusConnection bus, Subjects subjects, JetStream jetStream)
    {
        Definition = definition;
        Types = definition.Code is { } code ? new CodedPair(definition, code) : new TypedPair(definition);
        _time = bus.Time;
        _state = new SourceState(definition);
        var streams = new StreamTable(subjects);
        LogStream = streams.WriteLog(definition.Namespace, definition.Id);
        SnapshotStream = streams.Snapshots(definition.Namespace, definition.Id);
        Store = new LogStore(jetStream, c => jetStream.EnsureStreamAsync(LogStream, c));
        _writer = new LogWriter(Store, subjects.WriteLog(definition.Namespace, definition.Id), Lose);
        _last = new SharedLastSequence(async () => (await jetStream.FindStreamAsync(LogStream.Name))?.LastSequence ?? 0);
    }

    /// <summary>What the source is.</summary>
    public SourceDefinition Definition { get; }

    /// <summary>What it takes.</summary>
    public IPairTypes Types { get; }

    /// <summary>Whether it has caught up with its log once; before that it answers nothing.</summary>
    public bool IsReady => _ready;

    /// <summary>Sequence of the last record applied.</summary>
    public long Applied => _state.Applied;

    /// <summary>Entries it holds.</summary>
    public int Count => _state.Count;

    /// <summary>Records of the log that could not be read.</summary>
    public long Malformed => _state.Malformed;

    /// <summary>Calls of its code that did not come back in time, and those that were not made because of it; 0 of a declared source.</summary>
    public long CodeLate => Types is CodedPair coded ? coded.Late : 0;

    /// <summary>Completes when more is applied.</summary>
    public Task Advanced
    {
        get
        {
            lock (_gate)
            {
                return _advanced.Task;
            }
        }
    }

    internal StreamDefinition LogStream { get; }

    internal StreamDefinition SnapshotStream { get; }

    internal LogStore Store { get; }

    internal LogWriter Writer => _writer;

    internal DateTimeOffset Now => _time.GetUtcNow();

    private long NowNanoseconds => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Waits until everything is applied that the log held when this was called.</summary>
    /// <exception cref="BusException">The bus does not say what that is.</exception>
    public async ValueTask CaughtUpAsync(CancellationToken cancellation)
    {
        var last = await _last.ReadAsync().WaitAsync(cancellation);
        while (true)
        {
            Task advanced;
            lock (_gate)
            {
                if (_ready && _state.Applied >= last)
                {
                    return;
                }

                advanced = _advanced.Task;
            }

            await advanced.WaitAsync(cancellation);
        }
    }

    /// <summary>Finds keys, all as of one revision.</summary>
    /// <param name="read">Is given a view that is valid during the call.</param>
    /// <returns>What it returns.</returns>
    /// <exception cref="LogUnavailableException">This replica is beginning anew.</exception>
    public T Read<T>(Func<EntryView, T> read)
    {
        RefuseUnready();
        return _state.Read(NowNanoseconds, read);
    }

    /// <summary>Changes behind a revision, for those who watch; null where they are no longer known.</summary>
    public List<AppliedChange>? ChangesAfter(long revision, int limit) => _state.ChangesAfter(revision, limit);

    /// <summary>Stores a write and waits until it is applied here.</summary>
    /// <exception cref="LogUnavailableException">It is not stored, or nobody knows, or it is not applied in time.</exception>
    public async Task<WriteOutcome> WriteAsync(PendingWrite write, CancellationToken cancellation)
    {
        RefuseUnready();
        if (_state.LogBytes is > MaxLogBytes and var bytes)
        {
            throw new LogUnavailableException($"the log of {Definition.Name} has {bytes >> 20} MiB since its last snapshot; the logs of datasource-api say why none is written", isFull: true);
        }

        Task<WriteOutcome> outcome;
        lock (_gate)
        {
            if (write.IsRepeatable && _outcomes.Find(write.Id) is { } known)
            {
                return known;
            }

            outcome = _outcomes.Expect(write.Id);
        }

        try
        {
            var repeated = await _writer.StoreAsync(write, cancellation);
            if (repeated && write.IsRepeatable && !outcome.IsCompleted)
            {
                await CaughtUpAsync(cancellation);
                if (!outcome.IsCompleted)
                {
                    throw new LogUnavailableException("this write was stored before, and its outcome is no longer known: read the key");
                }
            }

            return await outcome.WaitAsync(ApplyPatience, _time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new LogUnavailableException($"the write is stored, and not applied here for {ApplyPatience.TotalSeconds:0} s: the bus does not deliver {LogStream.Name}");
        }
        finally
        {
            lock (_gate)
            {
                _outcomes.Forget(write.Id);
            }
        }
    }

    /// <summary>Applies the next record.</summary>
    /// <returns>What it changed; valid until the next one.</returns>
    internal IReadOnlyList<AppliedChange> Apply(ReadOnlySpan<byte> record, long sequence, long time)
    {
        var changes = _state.Apply(record, sequence, time);
        if (_state.Decided.Count > 0)
        {
            lock (_gate)
            {
                foreach (var (id, outcome) in _state.Decided)
                {
                    _outcomes.Decide(id, outcome);
                }
            }
        }

        if (changes.Count >= LargeWrite)
        {
            // Nobody waits for what is left to do.
            Wake();
        }

        return changes;
    }

    /// <summary>Does what is left to do of the last record.</summary>
    internal void Follow() => _state.Follow();

    internal void Skip(ReadOnlySpan<byte> record, long sequence, long time) => _state.Skip(record, sequence, time);

    /// <summary>Those who wait look again.</summary>
    internal void Wake()
    {
        TaskCompletionSource advanced;
        lock (_gate)
        {
            advanced = _advanced;
            _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        advanced.SetResult();
    }

    /// <summary>Begins anew: nothing is answered until <see cref="SetReady"/>.</summary>
    /// <returns>The entries, to be made those of a snapshot.</returns>
    internal EntryTable BeginReset()
    {
        _ready = false;
        return _state.Unread;
    }

    internal void EndReset(long asOf) => _state.Begin(asOf);

    internal void SetReady()
    {
        _ready = true;
        Wake();
    }

    internal bool TryCopyForSnapshot([NotNullWhen(true)] out SnapshotCopy? copy) => _state.TryCopyForSnapshot(out copy);

    internal IReadOnlyList<Guid> OpenSince(long time) => _state.OpenSince(time);

    private void Lose(Guid id, Exception reason)
    {
        lock (_gate)
        {
            _outcomes.Fail(id, reason);
        }
    }

    private void RefuseUnready()
    {
        if (!_ready)
        {
            throw new LogUnavailableException($"{Definition.Name} is not ready: this replica is still reading its log; try again");
        }
    }
}
