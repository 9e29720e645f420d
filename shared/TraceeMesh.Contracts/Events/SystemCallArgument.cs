namespace TraceeMesh.Contracts.Events;

/// <summary>How one entry of a table of system calls gives one argument of its event.</summary>
/// <param name="Kind">How it is read.</param>
/// <param name="Source">From where.</param>
public readonly record struct SystemCallArgument(SystemCallArgumentKind Kind, SystemCallArgumentSource Source);
