namespace TraceeMesh.Detector.Findings;

/// <summary>What is known to be missing from what a judgement stood on.</summary>
/// <param name="Lost">How many events; 0 with a reason where nobody knows how many.</param>
/// <param name="Reasons">How many for each reason, in order of their names.</param>
/// <param name="From">First position concerned.</param>
/// <param name="To">Position behind the last.</param>
public sealed record Completeness(long Lost, IReadOnlyList<KeyValuePair<string, long>> Reasons, long From, long To)
{
    /// <summary>Nothing is known to be missing.</summary>
    public static readonly Completeness Complete = new(0, [], 0, 0);

    /// <summary>What signatures kept of the past was lost lately.</summary>
    public bool Cold { get; init; }

    /// <summary>Whether nothing is.</summary>
    public bool IsComplete => Reasons.Count == 0 && !Cold;
}
