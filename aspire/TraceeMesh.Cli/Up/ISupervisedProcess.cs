namespace TraceeMesh.Cli.Up;

/// <summary>A running process as its supervisor sees it.</summary>
public interface ISupervisedProcess : IDisposable
{
    public int Pid { get; }

    /// <summary>Completes with the exit code when it ended; 128 + n says it died of signal n.</summary>
    public Task<int> Exited { get; }

    public void Signal(int signal);
}
