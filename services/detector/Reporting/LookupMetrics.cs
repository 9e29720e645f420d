using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Engine;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Detector.Reporting;

/// <summary>The metrics <c>signature_lookups_*</c>: what became of the questions of each signature.</summary>
public static class LookupMetrics
{
    /// <summary>Adds them.</summary>
    /// <param name="counters">Where to.</param>
    /// <param name="catalog">The signatures.</param>
    public static void Add(ServiceCounters counters, SignatureCatalog catalog)
    {
        Add("asked", "Questions of a signature to data sources", t => t.Asked);
        Add("hit", "Questions of a signature answered in the detector", t => t.Hit);
        Add("batched", "Questions of a signature that went in one request with others", t => t.Batched);
        Add("late", "Questions of a signature not answered by their deadline", t => t.Late);
        Add("failed", "Questions of a signature that ended unavailable", t => t.Failed);

        void Add(string what, string help, Func<LookupTotals, long> value) =>
            counters.CounterOfEach($"signature_lookups_{what}", help, "signature", () => catalog.Signatures.Select(s => (s.Metadata.Id, value(s.Counts.Lookups.Totals))));
    }
}
