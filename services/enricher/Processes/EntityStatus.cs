namespace TraceeMesh.Enricher.Processes;

/// <summary>How much is known of a process or thread at some time.</summary>
public enum EntityStatus
{
    /// <summary>What it was then.</summary>
    Known,

    /// <summary>It had not begun.</summary>
    NotBegun,

    /// <summary>It may have been there, and what it was then is not kept, or was never seen.</summary>
    BeforeHistory,
}
