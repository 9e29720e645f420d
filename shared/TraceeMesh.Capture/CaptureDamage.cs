namespace TraceeMesh.Capture;

/// <summary>A place of a capture that could not be read. What is before and behind it was.</summary>
/// <param name="Offset">Where it begins, bytes from the start of the file.</param>
/// <param name="Reason">What is wrong there.</param>
public readonly record struct CaptureDamage(long Offset, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"offset {Offset}: {Reason}";
}
