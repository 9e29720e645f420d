namespace TraceeMesh.Cli.Findings;

/// <summary>What makes a finding a repeat of another one.</summary>
/// <param name="Signature">Whose it is.</param>
/// <param name="Container">Where.</param>
/// <param name="Executable">What did it: the path, or the name of a process whose path is not known.</param>
public readonly record struct FindingKey(string Signature, string Container, string Executable);
