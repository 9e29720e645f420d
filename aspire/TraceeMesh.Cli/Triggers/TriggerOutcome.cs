namespace TraceeMesh.Cli.Triggers;

/// <summary>What became of a trigger.</summary>
/// <param name="IsDecoy">Whether a file that this kernel lacks was put at its path inside the trigger's own mounts.</param>
/// <param name="Failure">Why it could not be done; empty when it was.</param>
internal readonly record struct TriggerOutcome(bool IsDecoy, string Failure);
