namespace TraceeMesh.ServiceDefaults;

/// <summary>A service cannot go on: one message that says what happened, where, and what to do, and its exit code.</summary>
/// <param name="exitCode">One of <see cref="Contracts.ExitCode"/>.</param>
/// <param name="message">For the person who reads the log.</param>
public sealed class ServiceExitException(int exitCode, string message) : Exception(message)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
