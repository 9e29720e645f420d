using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Detector.Loading;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// How long judging stands still while an assembly is replaced at 10 000 events a second over sixteen partitions: the longest that a
/// frame waits and is judged. The reference is the same as long without a replacement.
/// </summary>
internal sealed class HotSwap : IBenchmark
{
    private const double Target = 50;

    public string Name => "hot-swap";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var directory = new TemporaryDirectory();
        await using var detector = new JudgingDetector();
        byte[][] versions = [CompiledAssembly.Reporting("EX-1", "1"), CompiledAssembly.Reporting("EX-1", "2")];
        using var signatures = new SignatureDirectory(directory.Path, detector.Catalog, () => { }, TimeProvider.System, NullLogger.Instance);
        Put(directory, versions[0]);
        await signatures.LoadAsync(cancellation);

        var (pause, calm) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < (quick ? 2 : 6); round++)
        {
            calm = Math.Min(calm, (await detector.JudgeAsync(Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellation), cancellation)).Max());
            Put(directory, versions[(round + 1) % versions.Length]);
            pause = Math.Min(pause, (await detector.JudgeAsync(SwapAsync(signatures, cancellation), cancellation)).Max());
        }

        yield return Row.AtMost("pause of a hot swap", pause, "ms", Target, calm);
    }

    private static void Put(TemporaryDirectory directory, byte[] assembly)
    {
        File.WriteAllBytes(directory["Acme.new"], assembly);
        File.Move(directory["Acme.new"], directory["Acme.dll"], overwrite: true);
    }

    private static async Task SwapAsync(SignatureDirectory signatures, CancellationToken cancellation)
    {
        await Task.Delay(JudgingDetector.FrameInterval * 10, TimeProvider.System, cancellation);
        await signatures.LoadAsync(cancellation);
        await Task.Delay(JudgingDetector.FrameInterval * 20, TimeProvider.System, cancellation);
    }
}
