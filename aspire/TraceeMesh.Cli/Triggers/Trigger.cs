namespace TraceeMesh.Cli.Triggers;

/// <summary>How one signature is triggered without harm.</summary>
/// <param name="Signature">The event name of the signature.</param>
internal sealed record Trigger(string Signature)
{
    /// <summary>What a shell does, with the words of <see cref="TriggerRun"/>; empty where there is no way.</summary>
    public string Script { get; init; } = "";

    /// <summary>Whether it is done inside a container.</summary>
    public bool InContainer { get; init; }

    /// <summary>Whether the container is one whose image the operator does not allow, as a runtime tells.</summary>
    public bool HasRefusedImage { get; init; }

    /// <summary>Why the signature cannot be triggered; null where it can.</summary>
    public string? Impossible { get; init; }
}
