using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures.Testing;

/// <summary>Feeds hand-made events to one signature and tells what it reports.</summary>
public sealed class SignatureHarness : ISignatureContext, ISignatureLogger, IDisposable
{
    private readonly Signature _signature;
    private readonly Dictionary<(string, string), IDataSource> _sources = [];
    private readonly List<Reported> _reported = [];
    private readonly List<string> _lines = [];

    private readonly IReadOnlyDictionary<string, DataValue> _parameters;

    /// <summary>Loads the signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="sources">The data sources it finds.</param>
    /// <exception cref="SignatureInitException">It cannot work with those.</exception>
    public SignatureHarness(Signature signature, params IReadOnlyList<IDataSource> sources)
        : this(signature, new Dictionary<string, DataValue>(), sources)
    {
    }

    /// <summary>Loads the signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="parameters">What <c>signatures.yaml</c> sets for it.</param>
    /// <param name="sources">The data sources it finds.</param>
    /// <exception cref="SignatureInitException">It cannot work with those.</exception>
    public SignatureHarness(Signature signature, IReadOnlyDictionary<string, DataValue> parameters, params IReadOnlyList<IDataSource> sources)
    {
        (_signature, _parameters) = (signature, parameters);
        foreach (var source in sources)
        {
            _sources[(source.Namespace, source.Id)] = source;
        }

        signature.Load(this);
    }

    /// <summary>The lines it logged.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <inheritdoc/>
    public ISignatureLogger Logger => this;

    /// <summary>Hands an event to the signature, if it selects it, and waits until it is judged.</summary>
    /// <returns>What it reported on that event.</returns>
    public async Task<IReadOnlyList<Reported>> Feed(Event e)
    {
        _reported.Clear();
        if (_signature.SelectedEvents.Any(s => s.Selects(e)))
        {
            await _signature.OnEvent(e, CancellationToken.None);
        }

        return [.. _reported];
    }

    /// <inheritdoc/>
    public ISignatureState State { get; } = new KeptState();

    /// <inheritdoc/>
    public DataValue Parameter(string name) => _parameters.GetValueOrDefault(name, DataValue.Nil);

    /// <inheritdoc/>
    public bool TryGetDataSource(string @namespace, string id, out IDataSource source)
    {
        var found = _sources.TryGetValue((@namespace, id), out var known);
        source = known ?? new FixedDataSource(@namespace, id, _ => Lookup.Failed(LookupStatus.Unavailable));
        return found;
    }

    /// <inheritdoc/>
    public void Report(Event e, ReadOnlySpan<(string Name, DataValue Value)> data) => _reported.Add(new Reported(data.ToArray()));

    /// <inheritdoc/>
    public void Log(SignatureLogLevel level, string message, params ReadOnlySpan<(string Name, DataValue Value)> fields) => _lines.Add($"{level} {message}");

    /// <inheritdoc/>
    public void Dispose() => _signature.Dispose();
}
