using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Capture;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Replay.Judging;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// A whole capture, in memory, from raw records to findings: enricher with its stores, detector with all built-in signatures, one process
/// and one thread, no bus. The reference is the enricher's half alone (<see cref="EventSteps"/> has its parts).
/// </summary>
internal sealed class CapturedMesh : IBenchmark
{
    private const int OpensPerFrame = 200;
    private const int OpenFrames = 500;
    private const int Runs = 5;
    private const int RunsQuick = 3;

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(200);

    public string Name => "capture";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var mixed = CaptureFile.Open(SourceTree.File("tests/captures/mixed.capture"));
        yield return await MeasureAsync("mixed activity, decoded to judged", mixed, 300_000, quick, cancellation);
        var opens = Opens();
        yield return await MeasureAsync("opens, decoded to judged", CaptureFile.Open(() => new MemoryStream(opens)), 500_000, quick, cancellation);
    }

    private async Task<Row> MeasureAsync(string what, CaptureFile capture, double target, bool quick, CancellationToken cancellation)
    {
        CapturedFrame[] frames = [.. capture.Frames()];
        var (best, lost) = (0.0, 0L);
        for (var run = 0; run < (quick ? RunsQuick : Runs); run++)
        {
            var (spent, records) = (TimeSpan.Zero, 0L);
            while (spent < Least)
            {
                await using var judge = new CaptureJudge(capture, SignatureAssembly.Find(typeof(AntiDebugging).Assembly), null, static _ => { }, NullLogger.Instance);
                var before = Environment.CpuUsage.TotalTime;
                var report = await judge.RunAsync(frames, cancellation);
                spent += Environment.CpuUsage.TotalTime - before;
                records += report.Records;
                lost = Math.Max(lost, report.Lost);
            }

            best = Math.Max(best, records / spent.TotalSeconds);
        }

        return Row.AtLeast($"{Name} {what}", best, "events/s", target, lost: lost);
    }

    private static byte[] Opens()
    {
        using var bytes = new MemoryStream();
        using (var writer = new CaptureWriter(bytes, new CaptureOrigin(RawFrames.Node, "", "bench", RawFrames.BootEpoch)))
        {
            var builder = new RecordBuilder();
            for (var i = 0; i < OpensPerFrame; i++)
            {
                builder.Open($"/usr/lib/x86_64-linux-gnu/libc.so.{i % 10}");
            }

            for (long i = 0; i < OpenFrames; i++)
            {
                var header = RawFrames.Header(i * OpensPerFrame, OpensPerFrame);
                writer.Write(new CapturedFrame(RawFrames.BootEpoch + i, RawFrames.Encode(header, builder.Bytes)));
            }

            writer.End(0);
            writer.Flush();
        }

        return bytes.ToArray();
    }
}
