namespace TraceeMesh.Enricher.Processes;

/// <summary>A child of a process, or a thread of it.</summary>
/// <param name="Number">Its pid or tid on the host.</param>
/// <param name="Id">Its entity id.</param>
public readonly record struct TreeLink(uint Number, ulong Id);
