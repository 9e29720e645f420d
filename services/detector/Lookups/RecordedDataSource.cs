using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>A data source in the hands of one signature: what is asked is counted, and recorded for the signature's findings.</summary>
internal sealed class RecordedDataSource(IDataSource source, SignatureInstance signature) : IDataSource
{
    public string Namespace => source.Namespace;

    public string Id => source.Id;

    public int Version => source.Version;

    public string Schema => source.Schema;

    public IReadOnlyList<string> Keys => source.Keys;

    private LookupCounts Counts => signature.Loaded.Counts.Lookups;

    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default)
    {
        if (signature.TryGetDeclared(source, e, key, out var declared, out var isNear))
        {
            var answer = new Lookup(declared);
            Count(answer, isNear, batched: true);
            Record(e, key, answer);
            return new(answer);
        }

        var asking = source.Get(e, key, cancellation);
        if (!asking.IsCompletedSuccessfully)
        {
            return GetSlow(asking, e, key);
        }

        // What takes no time was not asked over the bus.
        var lookup = asking.Result;
        Count(lookup, isNear: lookup.Status is not (LookupStatus.Unavailable or LookupStatus.Timeout), batched: false);
        Record(e, key, lookup);
        return new(lookup);
    }

    public async ValueTask<IReadOnlyList<Lookup>> GetAll(Event e, IReadOnlyList<LookupKey> keys, CancellationToken cancellation = default)
    {
        IReadOnlyList<Lookup> lookups;
        signature.BeginAsking();
        try
        {
            lookups = await source.GetAll(e, keys, cancellation);
        }
        finally
        {
            signature.EndAsking();
        }

        for (var i = 0; i < lookups.Count; i++)
        {
            Count(lookups[i], isNear: false, batched: lookups.Count > 1);
            Record(e, keys[i], lookups[i]);
        }

        return lookups;
    }

    private async ValueTask<Lookup> GetSlow(ValueTask<Lookup> asking, Event e, LookupKey key)
    {
        Lookup lookup;
        signature.BeginAsking();
        try
        {
            lookup = await asking;
        }
        finally
        {
            signature.EndAsking();
        }

        Count(lookup, isNear: false, batched: false);
        Record(e, key, lookup);
        return lookup;
    }

    private void Count(Lookup lookup, bool isNear, bool batched)
    {
        if (isNear)
        {
            Counts.AddHit();
        }
        else
        {
            Counts.Add(lookup.Status, batched);
        }
    }

    private void Record(Event e, LookupKey key, Lookup lookup) => signature.Record(e, new AskedLookup(Namespace, Id, key, lookup.Result));
}
