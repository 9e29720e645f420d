using System.Globalization;
using System.Runtime.CompilerServices;
using TraceeMesh.TestKit;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>A whole mesh under 500 execs a second: what its processes cost, the bus included, and what was lost. The reference is what the execs themselves cost.</summary>
internal sealed class ExecLoad : IBenchmark
{
    private const int Rate = 500;
    private const double TargetCores = 1;
    private const double TicksPerSecond = 100;

    public string Name => "exec-load";

    public string? Obstacle => LiveMachine.Obstacle;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var mesh = await LiveMesh.StartAsync();
        var pids = await PidsAsync(mesh);
        var before = Ticks(pids);
        var started = TimeProvider.System.GetTimestamp();
        var load = await Triggers.RunAsync("exec_rate", [$"{Rate}", quick ? "10" : "60", "/bin/true"], cancellation);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var cores = (Ticks(pids) - before) / TicksPerSecond / seconds;

        var ledger = (await mesh.RunAsync("ledger", "--json")).Objects.Single();
        var lost = ledger["lost"]!.AsObject().Sum(l => (long)l.Value!);
        var balanced = (bool)ledger["balanced"]!;
        var reference = double.Parse(load["cpu_seconds"], CultureInfo.InvariantCulture) / seconds;
        yield return Row.AtMost($"{Name} mesh", cores, "cores", TargetCores, reference, lost);
        yield return Row.AtLeast($"{Name} rate", Rate * double.Parse(load["seconds"], CultureInfo.InvariantCulture) / seconds, "execs/s", null, null, lost);
        yield return Row.AtLeast($"{Name} books balance", balanced ? 1 : 0, "", 1, null, lost);
    }

    private static async Task<IReadOnlyList<int>> PidsAsync(LiveMesh mesh)
    {
        var pids = (await mesh.RunAsync("status", "--json")).Objects.Select(o => (int)o["pid"]!).ToList();
        pids.Add(mesh.Bus().Id);
        return pids;
    }

    private static double Ticks(IReadOnlyList<int> pids)
    {
        var ticks = 0.0;
        foreach (var pid in pids)
        {
            // Fields 14 and 15, counted behind the name, which may hold blanks.
            var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');
            ticks += double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
        }

        return ticks;
    }
}
