namespace TraceeMesh.Bus;

/// <summary>What became of a write to a bucket.</summary>
public enum KeyValueWriteStatus
{
    /// <summary>It is stored.</summary>
    Written,

    /// <summary>Somebody else wrote first; nothing changed.</summary>
    Conflict,

    /// <summary>The bucket is not there.</summary>
    NoBucket,

    /// <summary>No answer: it may be stored or not. Read before writing again.</summary>
    Unknown,

    /// <summary>The bus refused it, see the description; nothing changed.</summary>
    Refused,
}
