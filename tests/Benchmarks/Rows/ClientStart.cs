using System.Diagnostics;
using System.Runtime.CompilerServices;
using TraceeMesh.Cli;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>How long <c>./mesh WORD</c> takes until its command has run: the check for changed sources included.</summary>
internal sealed class ClientStart : IBenchmark
{
    private const double TargetSeconds = 0.5;

    public string Name => "client-start";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var mesh = Path.Combine(Checkout.Require().Root, "mesh");
        var seconds = new double[quick ? 3 : 15];
        for (var i = 0; i < seconds.Length; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            using var command = Process.Start(new ProcessStartInfo(mesh, ["version"]) { RedirectStandardOutput = true })!;
            await command.WaitForExitAsync(cancellation);
            seconds[i] = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        }

        Array.Sort(seconds);
        yield return Row.AtMost($"{Name} p50", seconds[seconds.Length / 2], "s", TargetSeconds);
        yield return Row.AtMost($"{Name} max", seconds[^1], "s", TargetSeconds);
    }
}
