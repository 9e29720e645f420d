namespace TraceeMesh.Collector.Kernel;

/// <summary>Whether a program works on this kernel.</summary>
/// <param name="Name">Its function's name in bpf/programs.</param>
/// <param name="Failure">Why it does not; null when it does.</param>
public sealed record ProgramState(string Name, string? Failure);
