namespace TraceeMesh.Collector.Kernel;

/// <summary>Whether an event can be produced on this kernel.</summary>
/// <param name="EventId">Its number.</param>
/// <param name="Failure">Why it cannot; null when it can.</param>
public sealed record EventAvailability(int EventId, string? Failure)
{
    /// <summary>Whether it can.</summary>
    public bool IsAvailable => Failure is null;
}
