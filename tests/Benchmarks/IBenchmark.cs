namespace TraceeMesh.Benchmarks;

/// <summary>One thing measured. Add an implementation to <see cref="BenchmarkList"/> and it has its rows.</summary>
public interface IBenchmark
{
    /// <summary>What it is asked for by on the command line.</summary>
    public string Name { get; }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public string? Obstacle { get; }

    /// <param name="quick">A shorter run: numbers to see that it works, not to compare.</param>
    /// <param name="cancellation">Gives up.</param>
    public IAsyncEnumerable<Row> Run(bool quick, CancellationToken cancellation);
}
