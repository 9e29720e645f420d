namespace TraceeMesh.Contracts.Events;

/// <summary>One entry of a table of system calls.</summary>
/// <param name="Abi">The table.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Name">The kernel's name for it.</param>
/// <param name="EventId">The event it is; null where it has none of its own.</param>
/// <param name="Arguments">How the arguments of the event are read, in their order.</param>
/// <param name="Indirect">The first register points at an array of 32-bit words, which are the arguments.</param>
public sealed record SystemCall(SystemCallAbi Abi, int Number, string Name, int? EventId, IReadOnlyList<SystemCallArgument> Arguments, bool Indirect);
