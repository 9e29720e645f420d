using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Detector.State;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>A signature at work in one partition, and the context it sees. It judges one event at a time.</summary>
public sealed partial class SignatureInstance : ISignatureContext, IDisposable
{
    // One evaluation in 64 is timed: reading the clock twice costs as much as most signatures do.
    private const long TimedMask = 63;

    private readonly Signature _signature;
    private readonly IDataSources _sources;
    private readonly PartitionState _partition;
    private readonly ILogger _log;
    private readonly List<AskedLookup> _asked = [];
    private readonly Dictionary<(string Namespace, string Id), IDataSource?> _found = [];
    private readonly Lock _gate = new();
    private SignatureStateView? _state;
    private IFindingSink? _sink;
    private DeclaredAnswers? _declared;
    private Event? _judged;
    private int _findings;
    private int _asking;
    private long _evaluations;
    private long _faultedAt;
    private long _evaluationsCounted;
    private long _findingsFound;
    private long _timed;
    private long _timedNanoseconds;
    private bool _strayLogged;

    /// <summary>Puts a signature to work; <see cref="Initialise"/> comes next, then <see cref="Join"/>.</summary>
    /// <param name="loaded">The signature.</param>
    /// <param name="sources">The data sources it may ask.</param>
    /// <param name="partition">The state of the partition.</param>
    /// <param name="log">The log.</param>
    public SignatureInstance(LoadedSignature loaded, IDataSources sources, PartitionState partition, ILogger log)
    {
        Loaded = loaded;
        _signature = loaded.Create();
        _sources = sources;
        _partition = partition;
        _log = log;
        Logger = new SignatureLogger(log, loaded.Metadata.Id);
    }

    /// <summary>Which signature it is.</summary>
    public LoadedSignature Loaded { get; }

    /// <inheritdoc/>
    public ISignatureLogger Logger { get; }

    /// <inheritdoc/>
    public ISignatureState State => _state ??= new SignatureStateView(_partition, this);

    /// <summary>Whether it keeps anything of the past.</summary>
    public bool KeepsState => _state is not null;

    /// <summary>It has been disabled while its judge goes on: no further event is for it.</summary>
    public bool Ended { get; set; }

    /// <summary>Whether the next evaluation is one to be timed.</summary>
    public bool IsTimed => (_evaluations & TimedMask) == 1;

    /// <summary>Whether it waits for the answer of a data source.</summary>
    public bool IsAsking => Volatile.Read(ref _asking) > 0;

    /// <summary>Whether a data source that it found, or did not find, is another one now: it has to prepare itself anew.</summary>
    public bool IsOutdated
    {
        get
        {
            lock (_gate)
            {
                foreach (var ((@namespace, id), source) in _found)
                {
                    _sources.TryGet(@namespace, id, out var known);
                    if (!ReferenceEquals(known, source))
                    {
                        return true;
                    }
                }

                return false;
            }
        }
    }

    /// <summary>Evaluations since the fault before.</summary>
    public long SinceFault => _evaluations - _faultedAt;

    /// <summary>Lets the signature prepare itself.</summary>
    /// <exception cref="SignatureInitException">It cannot work now.</exception>
    public void Initialise() => _signature.Load(this);

    /// <summary>The attempt at the partition's frames that it belongs to: what it writes for an earlier one has no effect.</summary>
    public int Attempt { get; private set; }

    /// <summary>From here on its findings go to a judge.</summary>
    /// <param name="sink">The judge.</param>
    /// <param name="declared">Where the answers to declared questions are.</param>
    public void Join(IFindingSink sink, DeclaredAnswers declared)
    {
        _declared = declared;
        Attempt = _partition.Attempt;
        Volatile.Write(ref _sink, sink);
    }

    /// <summary>Hands it an event; <see cref="End"/> comes next, whatever happens.</summary>
    public ValueTask Evaluate(Event e, CancellationToken cancellation)
    {
        _evaluations++;
        Volatile.Write(ref _judged, e);
        return _signature.OnEvent(e, cancellation);
    }

    /// <summary>Whether it is the one that judges the event.</summary>
    public bool Judges(Event e) => ReferenceEquals(Volatile.Read(ref _judged), e);

    /// <summary>Enters how long the evaluation took that was to be timed.</summary>
    public void Time(TimeSpan took)
    {
        _timed++;
        _timedNanoseconds += (long)took.TotalNanoseconds;
    }

    /// <summary>Takes note of a fault.</summary>
    public void Fault() => _faultedAt = _evaluations;

    /// <summary>From here on the signature's reports on the event are refused.</summary>
    public void End()
    {
        Volatile.Write(ref _judged, null);
        if (_findings > 0 || _asked.Count > 0)
        {
            lock (_gate)
            {
                _findings = 0;
                _asked.Clear();
            }
        }
    }

    /// <summary>Hands over what was counted since the last call.</summary>
    public void Count()
    {
        if (_evaluations != _evaluationsCounted)
        {
            Loaded.Counts.Add(_evaluations - _evaluationsCounted, _findingsFound, _timed, _timedNanoseconds);
            _evaluationsCounted = _evaluations;
            (_findingsFound, _timed, _timedNanoseconds) = (0, 0, 0);
        }
    }

    /// <summary>Tells it something other than an event; what it throws is logged.</summary>
    public void Tell(Signal signal)
    {
        try
        {
            _signature.OnSignal(signal);
        }
        catch (Exception e)
        {
            LogFailed(_log, e, Loaded.Metadata.Id, "a signal");
        }
    }

    /// <inheritdoc/>
    public DataValue Parameter(string name) => Loaded.Settings.Parameters.GetValueOrDefault(name, DataValue.Nil);

    /// <inheritdoc/>
    public bool TryGetDataSource(string @namespace, string id, out IDataSource source)
    {
        var found = _sources.TryGet(@namespace, id, out var known);
        lock (_gate)
        {
            if (_found.Count < DataSourceDirectory.MaxSources)
            {
                _found.TryAdd((@namespace, id), known);
            }
        }

        source = new RecordedDataSource(known ?? new AbsentDataSource(@namespace, id), this);
        return found;
    }

    /// <inheritdoc/>
    public void Report(Event e, ReadOnlySpan<(string Name, DataValue Value)> data)
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _sink) is not { } sink || !Judges(e))
            {
                RefuseStray();
                return;
            }

            if (_findings == EvaluationLimits.FindingsPerEvent)
            {
                sink.Refuse();
                return;
            }

            if (sink.Add(this, e, _findings++, data, _asked))
            {
                _findingsFound++;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        Count();
        try
        {
            _signature.Dispose();
        }
        catch (Exception e)
        {
            LogFailed(_log, e, Loaded.Metadata.Id, "its disposal");
        }
    }

    internal bool TryGetDeclared(IDataSource source, Event e, in LookupKey key, out LookupResult result, out bool isNear)
    {
        (result, isNear) = (null!, false);
        return _declared is not null && Judges(e) && _declared.TryGet(source, e, key, out result, out isNear);
    }

    internal void BeginAsking() => Interlocked.Increment(ref _asking);

    internal void EndAsking() => Interlocked.Decrement(ref _asking);

    internal void Record(Event e, AskedLookup asked)
    {
        lock (_gate)
        {
            if (Judges(e) && _asked.Count < EvaluationLimits.LookupsCarried)
            {
                _asked.Add(asked);
            }
        }
    }

    // One line per object: a signature that does so does it often, and the counter has the number.
    private void RefuseStray()
    {
        Volatile.Read(ref _sink)?.Refuse();
        if (!_strayLogged)
        {
            _strayLogged = true;
            LogStray(_log, Loaded.Metadata.Id);
        }
    }

    [LoggerMessage(10, LogLevel.Error, "signature {Id} failed in {Where}")]
    private static partial void LogFailed(ILogger log, Exception e, string id, string where);

    [LoggerMessage(11, LogLevel.Warning, "findings of signature {Id} are refused: it reports them on an event that is not being judged")]
    private static partial void LogStray(ILogger log, string id);
}
