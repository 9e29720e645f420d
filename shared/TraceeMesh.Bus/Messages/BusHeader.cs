namespace TraceeMesh.Bus;

/// <summary>One header of a message.</summary>
/// <param name="Name">Its name; case matters.</param>
/// <param name="Value">Its value.</param>
public readonly record struct BusHeader(string Name, string Value);
