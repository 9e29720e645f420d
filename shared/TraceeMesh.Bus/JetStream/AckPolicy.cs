namespace TraceeMesh.Bus;

/// <summary>What a consumer expects for each message.</summary>
public enum AckPolicy
{
    /// <summary>Nothing: delivered is done, nothing is delivered twice. The reader keeps its own position.</summary>
    None,

    /// <summary>An acknowledgement; what is not acknowledged in time is delivered again.</summary>
    Explicit,
}
