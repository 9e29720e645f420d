namespace TraceeMesh.Collector.Framing;

/// <summary>Where a load is in its life.</summary>
public enum JournalPhase : uint
{
    /// <summary>It is being set up; nothing of it was framed.</summary>
    Unborn = 0,

    /// <summary>It produces.</summary>
    Open = 1,

    /// <summary>It ends: what it wrote is still to be framed, and nothing else.</summary>
    Ending = 2,
}
