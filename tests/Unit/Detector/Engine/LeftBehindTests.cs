using TraceeMesh.Detector.Engine;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using Xunit;
using static TraceeMesh.Tests.Unit.Detector.Engine.Some;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>A signature that does not come back is left behind with its thread.</summary>
public sealed class LeftBehindTests
{
    private static readonly EvaluationLimits Short = new() { Evaluation = TimeSpan.FromMilliseconds(250) };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signature_ThatDoesNotComeBack_IsDisabledAndTheFrameJudgedOnce(bool holdsItsThread)
    {
        using var release = new ManualResetEventSlim();
        var never = new TaskCompletionSource();
        using var bench = new Bench(
            Short,
            Finding("A"),
            () => new TestSignature("B", (_, _, _) =>
            {
                if (holdsItsThread)
                {
                    release.Wait(CancellationToken.None);
                    return default;
                }

                return new ValueTask(never.Task);
            }),
            Finding("C"));

        var judged = await bench.Judge(Ptrace(), Ptrace());
        release.Set();
        never.SetResult();

        Assert.Equal(new JudgedFrame(2, FrameStatus.Ok, BufferInUse: true), judged);
        Assert.Equal(SignatureState.Disabled, bench.Catalog.Signatures[1].State);
        Assert.Equal(4, bench.Findings().Count());
        Assert.Equal(1, bench.Counters.SignaturesAbandoned.Value);
        Assert.Equal(["B"], bench.Announced());
        Assert.Equal("B", Assert.Single(bench.Remembered).Signature);

        Assert.False((await bench.Judge(Ptrace())).BufferInUse);
        Assert.Equal(6, bench.Findings().Count());
    }

    [Fact]
    public async Task Signature_WhoseThreadGetsNoCpu_IsWaitedFor()
    {
        using var release = new ManualResetEventSlim();
        var looks = 0;
        using var bench = new Bench(Short, () => new TestSignature("A", (s, e, _) =>
        {
            release.Wait(CancellationToken.None);
            s.Find(e);
            return default;
        }))
        {
            // Each look hears that the thread waited all the time since the one before.
            WaitOf = _ =>
            {
                if (Interlocked.Increment(ref looks) == 6 * EvaluationLimits.Looks)
                {
                    release.Set();
                }

                return TimeSpan.FromSeconds(looks);
            },
        };

        Assert.False((await bench.Judge(Ptrace())).BufferInUse);

        Assert.Equal(SignatureState.Running, bench.Catalog.Signatures[0].State);
        Assert.Single(bench.Findings());
    }

    [Fact]
    public async Task State_OfAFrameJudgedAnew_HasEachEventOnce()
    {
        using var release = new ManualResetEventSlim();
        ISignatureState state = null!;
        var counts = new List<long>();
        var events = 0;
        using var bench = new Bench(
            Short,
            () => new TestSignature("A", (_, e, _) => { counts.Add(state.Increment(e, "all", TimeSpan.FromMinutes(1))); return default; }) { OnInit = c => state = c.State },
            () => new TestSignature("B", (_, _, _) =>
            {
                if (++events == 2)
                {
                    release.Wait(CancellationToken.None);
                }

                return default;
            }));

        await bench.Judge(Ptrace(), Ptrace(), Ptrace());
        release.Set();

        Assert.Equal([1, 2, 1, 2, 3], counts);
    }

    [Fact]
    public async Task Signature_ThatAllocatesWithoutEnd_IsLeftBehind()
    {
        var stop = false;
        var held = new List<byte[]>();
        using var bench = new Bench(
            new EvaluationLimits { Evaluation = TimeSpan.FromMilliseconds(250), HeapBytes = 1 },
            () => new TestSignature("A", (_, _, _) =>
            {
                while (!Volatile.Read(ref stop))
                {
                    held.Add(new byte[1000]);
                    if (held.Count == 10_000)
                    {
                        held.Clear();
                    }
                }

                return default;
            }),
            Finding("B"));

        await bench.Judge(Ptrace());
        var ends = await Assert.ThrowsAsync<ServiceExitException>(() => bench.LeftBehind.RunAsync(CancellationToken.None));
        Volatile.Write(ref stop, true);

        Assert.Single(bench.Findings());
        Assert.Equal("A", Assert.Single(bench.Remembered).Signature);
        Assert.Contains("heap", ends.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signatures_ThatHoldMoreThanTwoThreads_EndTheDetectorAndAreRemembered()
    {
        using var release = new ManualResetEventSlim();
        Func<Signature> Blocking(string id) => () => new TestSignature(id, (_, _, _) =>
        {
            release.Wait(CancellationToken.None);
            return default;
        });
        using var bench = new Bench(Short, Blocking("A"), Blocking("B"), Blocking("C"), Finding("D"));
        var ends = bench.LeftBehind.RunAsync(CancellationToken.None);

        await bench.Judge(Ptrace());
        Assert.Equal(3, bench.LeftBehind.Count);
        await Assert.ThrowsAsync<ServiceExitException>(() => ends);
        release.Set();

        Assert.Equal(["A", "B", "C"], bench.Remembered.Select(r => r.Signature));
        Assert.Single(bench.Findings());
        await TestWait.Until(() => Task.FromResult(bench.LeftBehind.Count == 0), "the threads come back");
    }
}
