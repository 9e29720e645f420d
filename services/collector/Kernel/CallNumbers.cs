namespace TraceeMesh.Collector.Kernel;

/// <summary>The system calls a program is for, by their numbers in the two tables an x86-64 kernel serves.</summary>
/// <param name="Native">Of 64 bits.</param>
/// <param name="Compat">Of 32 bits.</param>
internal sealed record CallNumbers(int[] Native, int[] Compat);
