using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.TestKit.Signatures;

/// <summary>Feeds hand-made events to one signature and tells what it reports.</summary>
public sealed class SignatureHarness : ISignatureContext, ISignatureLogger, IDisposable
{
    private readonly Signature _signature;
    private readonly Dictionary<(string, string), IDataSource> _sources = [];
    private readonly List<Reported> _reported = [];

    /// <summary>Loads the signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="sources">The data sources it finds.</param>
    public SignatureHarness(Signature signature, params IReadOnlyList<IDataSource> sources)
    {
        _signature = signature;
        foreach (var source in sources)
        {
            _sources[(source.Namespace, source.Id)] = source;
        }

        signature.Load(this);
    }

    /// <summary>The lines it logged.</summary>
    public List<string> Lines { get; } = [];

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
    public bool TryGetDataSource(string @namespace, string id, out IDataSource source)
    {
        var found = _sources.TryGetValue((@namespace, id), out var known);
        source = known ?? new FixedDataSource(@namespace, id, _ => Lookup.Failed(LookupStatus.Unavailable));
        return found;
    }

    /// <inheritdoc/>
    public void Report(Event e, ReadOnlySpan<(string Name, DataValue Value)> data) => _reported.Add(new Reported(data.ToArray()));

    /// <inheritdoc/>
    public void Log(SignatureLogLevel level, string message, params ReadOnlySpan<(string Name, DataValue Value)> fields) => Lines.Add($"{level} {message}");

    /// <inheritdoc/>
    public void Dispose() => _signature.Dispose();
}

/// <summary>What a signature reported.</summary>
/// <param name="Data">Names and values.</param>
public sealed record Reported(IReadOnlyList<(string Name, DataValue Value)> Data)
{
    /// <summary>The value called <paramref name="name"/>, or <see cref="DataValue.Nil"/>.</summary>
    public DataValue this[string name] => Data.FirstOrDefault(d => d.Name == name).Value ?? DataValue.Nil;
}

/// <summary>A data source whose answers the test gives.</summary>
public sealed class FixedDataSource(string @namespace, string id, Func<DataValue, Lookup> answer, int version = 1) : IDataSource
{
    /// <inheritdoc/>
    public string Namespace => @namespace;

    /// <inheritdoc/>
    public string Id => id;

    /// <inheritdoc/>
    public int Version => version;

    /// <inheritdoc/>
    public string Schema => "{}";

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys => ["string"];

    /// <inheritdoc/>
    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default) => new(answer(key.Value));
}
