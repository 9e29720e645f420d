namespace TraceeMesh.Tests.Chaos;

/// <summary>What is done to a part of the mesh.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Kind">What.</param>
internal sealed record Blow(string Part, BlowKind Kind = BlowKind.Kill);

/// <summary>What can be done to a process.</summary>
internal enum BlowKind
{
    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>SIGSTOP, and SIGCONT when others have taken its work.</summary>
    Pause,

    /// <summary>Its connections to the bus are cut.</summary>
    Cut,

    /// <summary>The bus refuses the event frames that it sends, until it mends the stream, or for a moment.</summary>
    Refuse,
}
