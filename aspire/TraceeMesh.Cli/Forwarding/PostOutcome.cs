namespace TraceeMesh.Cli.Forwarding;

/// <summary>What became of one attempt.</summary>
/// <param name="Kind">Whether it is over.</param>
/// <param name="Reason">Why it was not taken.</param>
/// <param name="RetryAfter">How long the receiver wants to be left alone.</param>
internal readonly record struct PostOutcome(PostOutcomeKind Kind, string Reason = "", TimeSpan? RetryAfter = null);
