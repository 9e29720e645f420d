using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>A data source in the hands of one signature: what is asked is recorded for the signature's findings.</summary>
internal sealed class RecordedDataSource(IDataSource source, SignatureInstance signature) : IDataSource
{
    public string Namespace => source.Namespace;

    public string Id => source.Id;

    public int Version => source.Version;

    public string Schema => source.Schema;

    public IReadOnlyList<string> Keys => source.Keys;

    public async ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default)
    {
        var lookup = await source.Get(e, key, cancellation);
        signature.Record(e, new AskedLookup(Namespace, Id, key, lookup.Result));
        return lookup;
    }

    public async ValueTask<IReadOnlyList<Lookup>> GetAll(Event e, IReadOnlyList<LookupKey> keys, CancellationToken cancellation = default)
    {
        var lookups = await source.GetAll(e, keys, cancellation);
        for (var i = 0; i < lookups.Count; i++)
        {
            signature.Record(e, new AskedLookup(Namespace, Id, keys[i], lookups[i].Result));
        }

        return lookups;
    }
}
