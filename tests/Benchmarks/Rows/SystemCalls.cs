using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TraceeMesh.Collector.Consumers;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>What the kernel side adds to a system call: one nobody selected, an open that is filtered out, an open that is told.</summary>
/// <remarks>
/// Each case runs in slices too short for another process to get in between, all cases in turn, until each has had
/// <see cref="Least"/>; what counts is the best slice, beside the best of the same calls without the programs.
/// </remarks>
internal sealed partial class SystemCalls : IBenchmark
{
    private const double UnselectedTarget = 100;
    private const double FilteredTarget = 150;
    private const double ToldTarget = 400;
    private const int SliceCalls = 500;

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LeastQuick = TimeSpan.FromMilliseconds(50);

    private static readonly EventSet Opens = new(EventIds.SecurityFileOpen);
    private static readonly EventSet NamedOpens = new(EventCatalog.Find("openat")!.Id);
    private static readonly EventSet Other = new(EventIds.Ptrace);

    private static readonly FilterPlan ByFlags = Plan(EventIds.SecurityFileOpen, new("flags", SelectionCondition.AnyFlag) { Numbers = [3] });
    private static readonly FilterPlan ByPath = Plan(EventIds.SecurityFileOpen, new("pathname", SelectionCondition.StartsWith) { Texts = ["/etc/cron"] });
    private static readonly FilterPlan NamedByPath = Plan(EventCatalog.Find("openat")!.Id, new("pathname", SelectionCondition.StartsWith) { Texts = ["/etc/cron"] });

    public string Name => "system-calls";

    public string? Obstacle => Capabilities.Read() is { HasBtf: true, IsRoot: true, Missing.Count: 0 } ? null : "needs root and a kernel with BTF";

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        using var kernel = KernelPrograms.Load(new KernelOptions());
        var file = Path.GetTempFileName();
        try
        {
            Case[] cases =
            [
                new(new EventSet(), FilterPlan.None, Ask), new(Other, FilterPlan.None, Ask),
                new(new EventSet(), FilterPlan.None, () => Open(file)), new(Other, FilterPlan.None, () => Open(file)),
                new(Opens, ByFlags, () => Open(file)), new(Opens, ByPath, () => Open(file)), new(Opens, FilterPlan.None, () => Open(file)),
                new(NamedOpens, NamedByPath, () => Open(file)), new(NamedOpens, FilterPlan.None, () => Open(file)),
            ];
            var best = Best(kernel, cases, quick ? LeastQuick : Least, cancellation);

            // An open is measured with the close behind it, which nobody selected and which pays half of what the two do then.
            var unselected = (best[2] + best[3]) / 2;
            yield return Row.AtMost($"{Name} one nobody selected, program attached, adds", best[1] - best[0], "ns", UnselectedTarget, reference: best[0]);
            yield return Row.AtMost($"{Name} security_file_open filtered out by flags adds", best[4] - unselected, "ns", FilteredTarget, reference: best[2]);
            yield return Row.AtMost($"{Name} security_file_open filtered out by path adds", best[5] - unselected, "ns", FilteredTarget, reference: best[2]);
            yield return Row.AtMost($"{Name} openat filtered out by path adds", best[7] - unselected, "ns", FilteredTarget, reference: best[2]);
            yield return Row.AtMost($"{Name} openat told adds", best[8] - unselected, "ns", ToldTarget, reference: best[2]);
            yield return Row.AtMost($"{Name} security_file_open told adds", best[6] - unselected, "ns", ToldTarget, reference: best[2], lost: (long)kernel.Accounts.Dropped());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double[] Best(KernelPrograms kernel, Case[] cases, TimeSpan least, CancellationToken cancellation)
    {
        var (best, spent) = (Enumerable.Repeat(double.MaxValue, cases.Length).ToArray(), new TimeSpan[cases.Length]);
        while (spent.Any(s => s < least))
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < cases.Length; i++)
            {
                _ = kernel.Switches.Apply(cases[i].Events, environment: false, cases[i].Plan);
                for (var slice = 0; slice < 20; slice++)
                {
                    Empty(kernel);
                    var time = Slice(cases[i].Call);
                    spent[i] += time;
                    best[i] = Math.Min(best[i], time.TotalNanoseconds / SliceCalls);
                }
            }
        }

        _ = kernel.Switches.Apply(new EventSet(), environment: false);
        return best;
    }

    private static TimeSpan Slice(Action call)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < SliceCalls; i++)
        {
            call();
        }

        return TimeProvider.System.GetElapsedTime(started);
    }

    private static void Empty(KernelPrograms kernel)
    {
        while (kernel.Ring.TryRead(out _))
        {
        }

        kernel.Ring.Release(kernel.Ring.ReadPosition);
        kernel.Switches.MarkDrained(BootClock.Now());
    }

    private static FilterPlan Plan(int id, SelectionCondition condition) =>
        FilterCompiler.Compile([KeyValuePair.Create(EventCatalog.Find(id)!, (IReadOnlyList<SelectionAlternative>)[new() { Conditions = [condition] }])]);

    private static void Ask() => _ = ParentOf();

    private static void Open(string path) => _ = Close(Open(path, 0));

    [LibraryImport("libc.so.6", EntryPoint = "getppid")]
    private static partial int ParentOf();

    [LibraryImport("libc.so.6", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private sealed record Case(EventSet Events, FilterPlan Plan, Action Call);
}
