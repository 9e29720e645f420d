namespace TraceeMesh.Cli.Forwarding;

/// <summary>Whether an attempt ends the matter.</summary>
internal enum PostOutcomeKind
{
    /// <summary>The receiver has it.</summary>
    Taken,

    /// <summary>The receiver will never take it.</summary>
    Refused,

    /// <summary>The receiver may take it later.</summary>
    NotNow,
}
