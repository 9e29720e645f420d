using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Lookups;

/// <summary>What became of questions over the bus, all sources together.</summary>
/// <param name="counters">The counters of the service.</param>
public sealed class LookupCounters(ServiceCounters counters)
{
    /// <summary>Answered.</summary>
    public ServiceCounter Answered { get; } = counters.Counter("lookups_answered", "Lookups and lists answered");

    /// <summary>Could not be read.</summary>
    public ServiceCounter Malformed { get; } = counters.Counter("lookups_malformed", "Lookups and lists that could not be read");

    /// <summary>Ended with an error of this service.</summary>
    public ServiceCounter Failed { get; } = counters.Counter("lookups_failed", "Lookups and lists that ended with an error of this service");

    /// <summary>Answered as unavailable.</summary>
    public ServiceCounter NotCaughtUp { get; } = counters.Counter("lookups_not_caught_up", "Lookups and lists whose deadline ended before this replica had applied the log");
}
