using System.Collections.Immutable;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Replay.Explaining;

/// <summary>A data source that answers as it did when a finding was made: with the lookups that the finding carries.</summary>
public sealed class FindingLookups : IDataSource
{
    private readonly Dictionary<DataValue, LookupResult> _answers = [];

    private FindingLookups(string @namespace, string id) => (Namespace, Id) = (@namespace, id);

    /// <inheritdoc/>
    public string Namespace { get; }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public string Schema => "{}";

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys => [];

    /// <summary>The sources that a finding tells of.</summary>
    public static IReadOnlyList<IDataSource> Of(JsonElement finding)
    {
        var sources = new Dictionary<(string, string), FindingLookups>();
        if (finding.TryGetProperty("mesh", out var mesh) && mesh.TryGetProperty("lookups", out var lookups))
        {
            foreach (var lookup in lookups.EnumerateArray())
            {
                var key = (lookup.GetProperty("namespace").GetString()!, lookup.GetProperty("id").GetString()!);
                if (!sources.TryGetValue(key, out var source))
                {
                    sources[key] = source = new FindingLookups(key.Item1, key.Item2);
                }

                source._answers[ValueOf(lookup.GetProperty("key"))] = new LookupResult(LookupStatuses.Parse(lookup.GetProperty("status").GetString()!), ValueOf(lookup.GetProperty("values")), 0, 0, false);
            }
        }

        return [.. sources.Values];
    }

    /// <inheritdoc/>
    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default) =>
        new(new Lookup(_answers.TryGetValue(key.Value, out var answer) || (_answers.Count == 1 && (answer = _answers.Values.First()) is not null)
            ? answer
            : LookupResult.Failed(LookupStatus.Unavailable)));

    private static DataValue ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => DataValue.Of([.. value.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, ValueOf(p.Value)))]),
        JsonValueKind.Array => DataValue.Of(value.EnumerateArray().Select(ValueOf).ToImmutableArray()),
        JsonValueKind.String => DataValue.Of(value.GetString()!),
        JsonValueKind.True or JsonValueKind.False => DataValue.Of(value.GetBoolean()),
        JsonValueKind.Number when value.TryGetInt64(out var integer) => DataValue.Of(integer),
        JsonValueKind.Number => DataValue.Of(value.GetDouble()),
        _ => DataValue.Nil,
    };
}
