namespace TraceeMesh.Detector.Disabling;

/// <summary>Remembers for the next process which signatures held this one up.</summary>
public interface IDisabledSignatures
{
    /// <summary>Returns when it is stored, or the bus does not take it.</summary>
    /// <param name="signature">Id of the signature.</param>
    /// <param name="version">Its version and build.</param>
    /// <param name="reason">What it did.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task RememberAsync(string signature, string version, string reason, CancellationToken cancellation);
}
