namespace TraceeMesh.Detector.Engine;

/// <summary>Whether a signature sees events.</summary>
public enum SignatureState
{
    /// <summary>It does.</summary>
    Running,

    /// <summary>It lacks a data source; the engine tries again when one appears.</summary>
    Waiting,

    /// <summary>It failed over and over, or did not come back from an event.</summary>
    Disabled,

    /// <summary>Its initialisation failed.</summary>
    Failed,
}
