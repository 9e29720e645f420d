using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Disabling;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// How long judging stands still while an assembly is replaced at 10 000 events a second over sixteen partitions: the longest that a
/// frame waits and is judged. The reference is the same as long without a replacement.
/// </summary>
internal sealed class HotSwap : IBenchmark, IFindingStore, IDataSources, IDisabledSignatures
{
    private const int EventsPerFrame = 50;
    private const double Target = 50;

    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(5);

    public string Name => "hot-swap";

    public string? Obstacle => null;

    public int Version => 0;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var directory = new TemporaryDirectory();
        using var counters = new ServiceCounters();
        using var catalog = SignatureCatalog.Load(SignatureAssembly.Find(typeof(TraceeMesh.Signatures.BuiltIn.DefenseEvasion.AntiDebugging).Assembly), NullLogger.Instance);
        var parts = new JudgeParts(catalog, this, this, new LeftBehind(this, NullLogger.Instance), new EvaluationLimits(), "bench", new Subjects(), new DetectorCounters(counters), TimeProvider.System, NullLogger.Instance);
        var states = Enumerable.Range(0, Partitioning.Partitions).Select(_ => new PartitionState(null, lost: false, parts.Counters)).ToList();
        var fences = states.ConvertAll(s => new SignatureFence(parts, s));
        byte[][] versions = [CompiledAssembly.Reporting("EX-1", "1"), CompiledAssembly.Reporting("EX-1", "2")];
        using var signatures = new SignatureDirectory(directory.Path, catalog, () => { }, TimeProvider.System, NullLogger.Instance);
        Put(directory, versions[0]);
        await signatures.LoadAsync(cancellation);

        var (pause, calm) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < (quick ? 2 : 6); round++)
        {
            calm = Math.Min(calm, await LongestAsync(fences, states, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellation), cancellation));
            Put(directory, versions[(round + 1) % versions.Length]);
            pause = Math.Min(pause, await LongestAsync(fences, states, SwapAsync(signatures, cancellation), cancellation));
        }

        foreach (var fence in fences)
        {
            await fence.DisposeAsync();
        }

        yield return Row.AtMost("pause of a hot swap", pause, "ms", Target, calm);
    }

    public Task StoreAsync(IReadOnlyList<Finding> findings, CancellationToken cancellation) => Task.CompletedTask;

    public Task RememberAsync(string signature, string version, string reason, CancellationToken cancellation) => Task.CompletedTask;

    public bool TryGet(string @namespace, string id, [NotNullWhen(true)] out IDataSource? source)
    {
        source = null;
        return false;
    }

    private static void Put(TemporaryDirectory directory, byte[] assembly)
    {
        File.WriteAllBytes(directory["Acme.new"], assembly);
        File.Move(directory["Acme.new"], directory["Acme.dll"], overwrite: true);
    }

    private static async Task SwapAsync(SignatureDirectory signatures, CancellationToken cancellation)
    {
        await Task.Delay(FrameInterval * 10, TimeProvider.System, cancellation);
        await signatures.LoadAsync(cancellation);
        await Task.Delay(FrameInterval * 20, TimeProvider.System, cancellation);
    }

    /// <summary>Frames go to one partition after the other until it is over. Returns the longest time from when a frame is due to when it is judged, in ms.</summary>
    private static async Task<double> LongestAsync(List<SignatureFence> fences, List<PartitionState> states, Task over, CancellationToken cancellation)
    {
        var bytes = FrameMaker.Encode(EventMaker.Frame, [.. Enumerable.Repeat(EventMaker.Make("ptrace", ("request", 1)), EventsPerFrame)]);
        var losses = new LossWindow(TimeProvider.System, LossWindow.DefaultLength);
        var judged = new Task<TimeSpan>[fences.Count];
        Array.Fill(judged, Task.FromResult(TimeSpan.Zero));
        var longest = TimeSpan.Zero;
        using var pace = new PeriodicTimer(FrameInterval);
        for (var frame = 0; !over.IsCompleted; frame++)
        {
            await pace.WaitForNextTickAsync(cancellation);
            var partition = frame % fences.Count;
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, (await judged[partition]).Ticks));
            judged[partition] = JudgeAsync(fences[partition], states[partition], frame);
        }

        foreach (var last in judged)
        {
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, (await last).Ticks));
        }

        await over;
        return longest.TotalMilliseconds;

        async Task<TimeSpan> JudgeAsync(SignatureFence fence, PartitionState state, int number)
        {
            var due = TimeProvider.System.GetTimestamp();
            EventFrameCodec.TryRead(bytes, out _, out var events);
            await fence.JudgeAsync(events, losses, ToldEvents.Nothing, cancellation);
            state.Commit("", number + 1);
            return TimeProvider.System.GetElapsedTime(due);
        }
    }
}
