using TraceeMesh.Capture;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Replay.Judging;

/// <summary>A data source of the mesh as it was while the capture was recorded.</summary>
internal sealed class CapturedDataSource : IDataSource
{
    private readonly CapturedSource _source;
    private readonly CaptureClock _clock;
    private readonly Dictionary<DataValue, List<CapturedValue>> _values = [];

    /// <param name="source">What it says of itself.</param>
    /// <param name="values">What it held, in the order of the capture.</param>
    /// <param name="clock">The time of the capture.</param>
    public CapturedDataSource(CapturedSource source, IEnumerable<CapturedValue> values, CaptureClock clock)
    {
        (_source, _clock) = (source, clock);
        foreach (var value in values)
        {
            if (!_values.TryGetValue(value.Key, out var known))
            {
                _values[value.Key] = known = [];
            }

            known.Add(value);
        }
    }

    public string Namespace => _source.Namespace;

    public string Id => _source.Id;

    public int Version => _source.Version;

    public string Schema => _source.Schema;

    public IReadOnlyList<string> Keys => _source.Keys;

    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default)
    {
        var now = _clock.GetTimestamp();
        var last = _values.GetValueOrDefault(key.Value)?.FindLast(v => v.Arrived <= now);
        return new(new Lookup(last is null || last.Values.Kind == DataKind.Nil
            ? LookupResult.Failed(LookupStatus.NotFound)
            : new LookupResult(LookupStatus.Found, last.Values, 0, 0, false)));
    }
}
