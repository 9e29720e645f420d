using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>A signature at work in one partition, and the context it sees. It judges one event at a time.</summary>
public sealed partial class SignatureInstance : ISignatureContext, IDisposable
{
    /// <summary>Findings of one signature for one event; further ones are refused and counted.</summary>
    public const int MaxFindingsPerEvent = 100;

    /// <summary>Questions of one signature for one event that its findings carry; further ones are answered and not carried.</summary>
    public const int MaxLookupsCarried = 100;

    private readonly Signature _signature;
    private readonly IFindingSink _sink;
    private readonly IDataSources _sources;
    private readonly ILogger _log;
    private readonly List<AskedLookup> _asked = [];
    private readonly Lock _gate = new();
    private Event? _judged;
    private int _findings;
    private bool _strayLogged;

    /// <summary>Puts a signature to work; <see cref="Initialise"/> comes next.</summary>
    public SignatureInstance(LoadedSignature loaded, IFindingSink sink, IDataSources sources, ILogger log)
    {
        Loaded = loaded;
        _signature = loaded.Create();
        _sink = sink;
        _sources = sources;
        _log = log;
        Logger = new SignatureLogger(log, loaded.Metadata.Id);
    }

    /// <summary>Which signature it is.</summary>
    public LoadedSignature Loaded { get; }

    /// <inheritdoc/>
    public ISignatureLogger Logger { get; }

    /// <summary>Lets the signature prepare itself.</summary>
    /// <exception cref="SignatureInitException">It cannot work now.</exception>
    public void Initialise() => _signature.Load(this);

    /// <summary>Hands it an event; <see cref="End"/> comes next, whatever happens.</summary>
    public ValueTask Evaluate(Event e, CancellationToken cancellation)
    {
        Volatile.Write(ref _judged, e);
        return _signature.OnEvent(e, cancellation);
    }

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
    public bool TryGetDataSource(string @namespace, string id, out IDataSource source)
    {
        var found = _sources.TryGet(@namespace, id, out var known);
        source = new RecordedDataSource(known ?? new AbsentDataSource(@namespace, id), this);
        return found;
    }

    /// <inheritdoc/>
    public void Report(Event e, ReadOnlySpan<(string Name, DataValue Value)> data)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(Volatile.Read(ref _judged), e))
            {
                RefuseStray();
                return;
            }

            if (_findings == MaxFindingsPerEvent)
            {
                _sink.Refuse();
                return;
            }

            _sink.Add(Loaded, e, _findings++, data, _asked);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _signature.Dispose();
        }
        catch (Exception e)
        {
            LogFailed(_log, e, Loaded.Metadata.Id, "its disposal");
        }
    }

    internal void Record(Event e, AskedLookup asked)
    {
        lock (_gate)
        {
            if (ReferenceEquals(Volatile.Read(ref _judged), e) && _asked.Count < MaxLookupsCarried)
            {
                _asked.Add(asked);
            }
        }
    }

    // One line per object: a signature that does so does it often, and the counter has the number.
    private void RefuseStray()
    {
        _sink.Refuse();
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
