namespace TraceeMesh.Enricher.Processes;

/// <summary>When something became so: what it happened at, and the record that said it.</summary>
/// <param name="Time">ns since boot.</param>
/// <param name="Position">Position of the record.</param>
public readonly record struct FactStamp(long Time, FactPosition Position)
{
    /// <summary>Of what has not happened.</summary>
    public static readonly FactStamp Never = new(long.MaxValue, FactPosition.Open);

    /// <summary>Whether it has not happened.</summary>
    public bool IsNever => Time == long.MaxValue;

    /// <summary>Whether it comes before another one: by time, and of the same time by position.</summary>
    public bool IsBefore(in FactStamp other) => Time != other.Time ? Time < other.Time : Position < other.Position;
}
