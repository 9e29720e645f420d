namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>Where a runtime's socket is to be.</summary>
/// <param name="Kind">The runtime.</param>
/// <param name="Path">Path of the socket.</param>
/// <param name="Configured">Whether somebody named it, so that its absence is a fault, or it is only the usual place.</param>
public sealed record RuntimeSocket(ContainerRuntime Kind, string Path, bool Configured);
