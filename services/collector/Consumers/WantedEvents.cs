using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Collector.Consumers;

/// <summary>What all consumers want together.</summary>
/// <param name="Events">The events.</param>
/// <param name="Environment">Whether execs carry the environment.</param>
/// <param name="Plan">Which of their occurrences nobody wants; the same object as long as that does not change.</param>
public sealed record WantedEvents(EventSet Events, bool Environment, FilterPlan Plan)
{
    /// <summary>Nothing.</summary>
    public static readonly WantedEvents Nothing = new(new EventSet(), false, FilterPlan.None);
}
