namespace TraceeMesh.Detector.Engine;

/// <summary>Whether anybody wants events of one kind.</summary>
public enum Wanted : byte
{
    /// <summary>There is no such kind.</summary>
    Unknown,

    /// <summary>Nobody does.</summary>
    Nowhere,

    /// <summary>It depends on where they happened.</summary>
    Somewhere,

    /// <summary>Wherever they happened.</summary>
    Everywhere,
}
