namespace TraceeMesh.Contracts.Mesh;

/// <summary>How a signature is in one detector.</summary>
public sealed record SignatureStatus
{
    /// <summary>It sees events.</summary>
    public const string Running = "running";

    /// <summary>It lacks a data source; it is tried again when one appears.</summary>
    public const string Waiting = "waiting";

    /// <summary>It was switched off, or failed over and over, or did not come back from an event.</summary>
    public const string Disabled = "disabled";

    /// <summary>It could not be loaded or initialised.</summary>
    public const string Failed = "failed";

    /// <summary>Its id; of what could not even say that, the type or the file.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the event that its findings are.</summary>
    public required string EventName { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>One of the constants above.</summary>
    public required string State { get; init; }

    /// <summary>Why it is in that state; empty when it runs.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Names of the mesh's own events that it selects by name.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Those of them that nobody makes, on whatever kernel.</summary>
    public IReadOnlyList<string> UnknownEvents { get; init; } = [];

    /// <summary>Events handed to it.</summary>
    public long Evaluations { get; init; }

    /// <summary>Findings taken from it.</summary>
    public long Findings { get; init; }

    /// <summary>Findings that an exception of the operator kept back.</summary>
    public long Suppressed { get; init; }

    /// <summary>Its faults.</summary>
    public long Errors { get; init; }

    /// <summary>What an event costs it until it first waits; 0 while none was timed.</summary>
    public long NanosecondsPerEvent { get; init; }

    /// <summary>What it asked data sources.</summary>
    public LookupTotals Lookups { get; init; }
}
