using System.Runtime.CompilerServices;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Runtimes;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// 200 containers come and go in a minute, four at a time, while another container runs a program again and again: whether each
/// is told of once, whether what runs inside carries its image, and what the other container notices of it.
/// </summary>
internal sealed class ContainerChurn : IBenchmark
{
    private const int AtATime = 4;
    private const double ContainersPerSecond = 200 / 60.0;
    private const double ImageTargetPercent = 99.9;

    /// <summary>What one frame may add: the time it is kept open and the time until the next is read.</summary>
    private const double FrameMilliseconds = 10;

    private static readonly TimeSpan Life = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    public string Name => "container-churn";

    public string? Obstacle => LiveMachine.Obstacle ?? Dockerd.Obstacle;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var count = quick ? 20 : 200;
        await using var docker = await Dockerd.StartAsync();
        await using var mesh = await LiveMesh.StartAsync(new Dictionary<string, string> { ["TRACEEMESH_RUNTIME_DOCKER"] = docker.Socket });
        await using var lifecycle = await LifecycleLog.StartAsync(mesh);
        await using var execs = await ExecLog.StartAsync(mesh);

        // Twenty programs a second for as long as the benchmark may take.
        var other = await docker.RunAsync("other", "sh", "-c", "while true; do /bin/ls; sleep 0.05; done");
        await lifecycle.FirstAsync(other.Id, "container_create");
        await Task.Delay(Quiet, TimeProvider.System, cancellation);
        var before = execs.In(other.Id).Count;

        var started = TimeProvider.System.GetTimestamp();
        var churned = await ChurnAsync(docker, count, cancellation);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;

        foreach (var container in churned)
        {
            await lifecycle.FirstAsync(container.Id, "container_remove", seconds: 30);
        }

        var delays = execs.Delays(other.Id);
        var (quiet, busy) = (Percentile.Of(delays.Take(before), 0.99), Percentile.Of(delays.Skip(before), 0.99));
        var once = churned.Count(c => lifecycle.About(c.Id, "container_create").Count == 1 && lifecycle.About(c.Id, "container_remove").Count == 1);
        var inside = churned.SelectMany(c => execs.In(c.Id)).ToList();
        var images = inside.Select(e => (string?)e["container"]!["image"] ?? "").ToList();
        foreach (var reason in inside.Where(e => e["container"]!["image"] is null).CountBy(e => $"{e["mesh"]!["enrichment"]}, {e.Argument("cmdpath")}"))
        {
            await Console.Error.WriteLineAsync($"bench: {Name}: {reason.Value} execs without an image: {reason.Key}");
        }

        var (named, wrong) = (images.Count(i => i == TestImage.Reference), images.Count(i => i.Length > 0 && i != TestImage.Reference));
        var lost = (await mesh.RunAsync("ledger", "--json")).Objects.Sum(o => o["lost"]!.AsObject().Sum(l => (long)l.Value!));

        yield return Row.AtLeast($"{Name} rate", count / seconds, "containers/s", ContainersPerSecond, lost: lost);
        yield return Row.AtLeast($"{Name} told once", once, "containers", count, lost: lost);
        yield return Row.AtLeast($"{Name} execs with image", images.Count == 0 ? 0 : 100.0 * named / images.Count, "%", ImageTargetPercent, lost: lost);
        yield return Row.AtMost($"{Name} execs with a wrong image", wrong, "events", 0, lost: lost);
        yield return Row.AtMost($"{Name} other container p99", busy, "ms", quiet + FrameMilliseconds, reference: quiet, lost: lost);
    }

    private static async Task<IReadOnlyList<StartedContainer>> ChurnAsync(Dockerd docker, int count, CancellationToken cancellation)
    {
        var churned = new StartedContainer[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation }, async (i, stop) =>
        {
            churned[i] = await docker.RunAsync($"churn-{i}", "sh", "-c", "/bin/ls; /bin/true; exec sleep 3600");
            await Task.Delay(Life, TimeProvider.System, stop);
            await docker.RemoveAsync(churned[i]);
        });
        return churned;
    }
}
