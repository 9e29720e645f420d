using TraceeMesh.Contracts;
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

    public async ValueTask<Lookup> Get(Event e, DataValue key, CancellationToken cancellation = default)
    {
        signature.BeginAsking();
        Lookup lookup;
        try
        {
            lookup = await source.Get(e, key, cancellation);
        }
        finally
        {
            signature.EndAsking();
        }

        signature.Record(e, new AskedLookup(Namespace, Id, key, new LookupResult(lookup.Status, lookup.Values, 0, 0, false, lookup.Enrichment)));
        return lookup;
    }
}
