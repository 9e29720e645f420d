namespace TraceeMesh.Contracts.Events;

/// <summary>The value of one argument, without boxing. Numbers of every width sit in <see cref="Number"/>.</summary>
public struct ArgumentValue
{
    /// <summary>The number; 0 or 1 for a bool; the bits of a floating-point number; for a list how many texts it has.</summary>
    public long Number;

    /// <summary>The text or bytes.</summary>
    public ReadOnlyMemory<byte> Bytes;

    /// <summary>The value of a structure.</summary>
    public DataValue? Structure;

    /// <summary>Where a list begins among the event's texts.</summary>
    internal int ListStart;

    /// <summary>False where the value is absent (nil on the wire).</summary>
    public bool Present;
}
