using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>What an ordinary event takes with every built-in signature loaded, as <see cref="Engine"/> has it; none of these events is a finding.</summary>
internal sealed class BuiltInSignatures : IBenchmark
{
    private const string Container = "270f747aa9815e3e1d0f7a2f8d3c6b5a4e9f0d1c2b3a49586776859493a2b1c0";

    public string Name => "built-in";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var open = EventMaker.Make("security_file_open", ("pathname", "/usr/lib/x86_64-linux-gnu/libc.so.6"), ("flags", 0x8000), ("dev", 2049), ("inode", 524_301), ("ctime", 1_763_683_200_000_000_000), ("syscall_pathname", "/lib/x86_64-linux-gnu/libc.so.6")).InContainer(Container);
        var exec = EventMaker.Make("sched_process_exec", ("cmdpath", "/usr/bin/cc"), ("pathname", "/usr/bin/x86_64-linux-gnu-gcc-12"), ("argv", new[] { "cc", "-c", "main.c" }));
        var rename = EventMaker.Make("task_rename");
        yield return await MeasureAsync("unselected", 100, rename);
        yield return await MeasureAsync("an open in a container", 1000, open);
        yield return await MeasureAsync("an exec on the host", null, exec);

        Task<Row> MeasureAsync(string what, double? target, Event e)
        {
            var catalog = SignatureCatalog.Load(SignatureAssembly.Find(typeof(AntiDebugging).Assembly), NullLogger.Instance);
            return JudgedFrames.MeasureAsync($"{Name} {catalog.Signatures.Count} signatures, {what}", target, e, catalog, quick, cancellation);
        }
    }
}
