using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Detector.Lookups;

/// <summary>What a detector counts of one data source.</summary>
/// <param name="counters">Where.</param>
/// <param name="namespace">Namespace of the source.</param>
/// <param name="id">Its id.</param>
public sealed class SourceCounters(ServiceCounters counters, string @namespace, string id)
{
    /// <summary>Questions of signatures.</summary>
    public ServiceCounter Asked { get; } = counters.Counter(Name(@namespace, id, "asked"), $"Questions of signatures to {@namespace}/{id}");

    /// <summary>Questions answered here.</summary>
    public ServiceCounter Hit { get; } = counters.Counter(Name(@namespace, id, "hit"), $"Questions to {@namespace}/{id} answered from the near cache");

    /// <summary>Questions that shared a request with others.</summary>
    public ServiceCounter Batched { get; } = counters.Counter(Name(@namespace, id, "batched"), $"Questions to {@namespace}/{id} that shared a request with others");

    /// <summary>Questions that ended at their deadline.</summary>
    public ServiceCounter Late { get; } = counters.Counter(Name(@namespace, id, "late"), $"Questions to {@namespace}/{id} that timed out");

    /// <summary>Questions that nobody answered, or with what is no answer.</summary>
    public ServiceCounter Failed { get; } = counters.Counter(Name(@namespace, id, "failed"), $"Questions to {@namespace}/{id} that ended unavailable");

    private static string Name(string @namespace, string id, string what) =>
        $"lookups_{Subjects.Safe(@namespace)}_{Subjects.Safe(id)}_{what}".Replace('-', '_').ToLowerInvariant();
}
