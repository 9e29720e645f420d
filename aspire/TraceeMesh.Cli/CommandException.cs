namespace TraceeMesh.Cli;

/// <summary>Ends a command with one message for a person and the exit code that says the same to a script.</summary>
public sealed class CommandException(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;
}
