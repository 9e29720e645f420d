namespace TraceeMesh.Cli.Up;

/// <summary>A running process as its supervisor sees it.</summary>
public interface ISupervisedProcess : IDisposable
{
    int Pid { get; }

    /// <summary>Completes with the exit code when it ended; 128 + n says it died of signal n.</summary>
    Task<int> Exited { get; }

    void Signal(int signal);
}
