namespace TraceeMesh.Collector.Kernel;

/// <summary>The kernel side cannot work here; the message says what is missing and what to do.</summary>
public sealed class KernelUnavailableException(KernelUnavailableReason reason, string message) : Exception(message)
{
    /// <summary>Which of the known causes it is.</summary>
    public KernelUnavailableReason Reason { get; } = reason;
}
