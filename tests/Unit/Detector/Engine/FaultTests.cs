using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;
using Xunit;
using static TraceeMesh.Tests.Unit.Detector.Engine.Some;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>What a signature does wrong is counted, and the others go on.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Signature_ThatThrows_IsCountedAndTheOthersGoOn()
    {
        using var bench = new Bench(() => new TestSignature("A", (_, _, _) => throw new InvalidOperationException("A")), Finding("B"));

        var judged = await bench.Judge(Ptrace(), Ptrace(), Ptrace());

        Assert.Equal(new JudgedFrame(3, FrameStatus.Ok), judged);
        Assert.Equal(3, bench.Found.Count);
        Assert.Equal(3, bench.Catalog.Signatures[0].Errors);
        Assert.Equal(3, bench.Counters.SignatureErrors.Value);
    }

    [Fact]
    public async Task Signature_ThatFailsLater_IsCountedAndTheOthersGoOn()
    {
        using var bench = new Bench(
            () => new TestSignature("A", async (_, _, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException("A");
            }),
            Finding("B"));

        await bench.Judge(Ptrace());

        Assert.Single(bench.Found);
        Assert.Equal(1, bench.Catalog.Signatures[0].Errors);
    }

    [Fact]
    public async Task Signature_ThatThrowsOnEveryEvent_IsDisabledAndAnnounced()
    {
        using var bench = new Bench(() => new TestSignature("A", (_, _, _) => throw new InvalidOperationException("always")), Finding("B"));

        for (var i = 0; i < 2 * EvaluationLimits.Faults; i++)
        {
            await bench.Judge(Ptrace());
        }

        var report = bench.Catalog.Report()[0];
        Assert.Equal((SignatureState.Disabled, EvaluationLimits.Faults, EvaluationLimits.Faults), (report.State, report.Errors, report.Evaluations));
        Assert.Contains("always", report.Reason, StringComparison.Ordinal);
        Assert.Equal(2 * EvaluationLimits.Faults, bench.Findings().Count());
        var announcement = Assert.Single(bench.Found, f => f.Subject == "tracee.findings.high.signature_disabled.node-a");
        Assert.Equal(["A"], bench.Announced());
        Assert.Equal(16, announcement.Id.Length);
        Assert.Empty(bench.Remembered);
    }

    [Fact]
    public async Task Signature_ThatThrowsNowAndThen_StaysEnabled()
    {
        var seen = 0;
        using var bench = new Bench(() => new TestSignature("A", (_, _, _) => ++seen % 1100 == 0 ? throw new InvalidOperationException("sometimes") : default));
        Event[] frame = [.. Enumerable.Repeat(Ptrace(), 1100)];

        for (var i = 0; i < EvaluationLimits.Faults + 1; i++)
        {
            await bench.Judge(frame);
        }

        Assert.Equal((SignatureState.Running, EvaluationLimits.Faults + 1), (bench.Catalog.Signatures[0].State, bench.Catalog.Signatures[0].Errors));
    }

    [Fact]
    public async Task Signature_ThatAllocatesTooMuchForEachEvent_IsDisabled()
    {
        using var bench = new Bench(
            new EvaluationLimits { AllocatedBytes = 100_000 },
            () => new TestSignature("A", (_, _, _) => { GC.KeepAlive(new byte[100_001]); return default; }),
            () => new TestSignature("B", (_, _, _) => { GC.KeepAlive(new byte[10_000]); return default; }));

        await bench.Judge([.. Enumerable.Repeat(Ptrace(), EvaluationLimits.Faults + 5)]);

        Assert.Equal((SignatureState.Disabled, EvaluationLimits.Faults), (bench.Catalog.Report()[0].State, bench.Catalog.Report()[0].Evaluations));
        Assert.Equal((SignatureState.Running, EvaluationLimits.Faults + 5), (bench.Catalog.Report()[1].State, bench.Catalog.Report()[1].Evaluations));
        Assert.Equal(["A"], bench.Announced());
    }

    [Fact]
    public async Task Signature_ReportingWithoutEnd_IsCutOff()
    {
        using var bench = new Bench(() => new TestSignature("A", (s, e, _) =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                s.Find(e);
            }

            return default;
        }));

        await bench.Judge(Ptrace());

        Assert.Equal(EvaluationLimits.FindingsPerEvent, bench.Found.Select(f => f.Id).Distinct().Count());
        Assert.Equal(10_000 - EvaluationLimits.FindingsPerEvent, bench.Counters.FindingsRefused.Value);
    }

    [Fact]
    public async Task Signature_ReportingAfterItsEvent_IsRefused()
    {
        TestSignature? kept = null;
        Event? stale = null;
        using var bench = new Bench(() => new TestSignature("A", (s, e, _) =>
        {
            (kept, stale) = (s, e);
            return default;
        }));
        await bench.Judge(Ptrace());

        kept!.Find(stale!);
        await bench.Judge();

        Assert.Empty(bench.Found);
        Assert.Equal(1, bench.Counters.FindingsRefused.Value);
    }

    [Fact]
    public async Task Signature_ReportingAfterItsDisposal_IsRefused()
    {
        var kept = new List<TestSignature>();
        Event? stale = null;
        using var bench = new Bench(() =>
        {
            kept.Add(new TestSignature("A", (_, e, _) =>
            {
                stale = e;
                return default;
            }));
            return kept[^1];
        });
        await bench.Judge(Ptrace());
        await bench.Catalog.ChangeAsync([], ["A"], CancellationToken.None);

        kept[^1].Find(stale!);
        await bench.Judge(Ptrace());

        Assert.Empty(bench.Found);
        Assert.Equal(1, bench.Counters.FindingsRefused.Value);
    }

    [Fact]
    public async Task State_UsedForAnEventNotBeingJudged_HasNoEffect()
    {
        ISignatureState state = null!;
        Event? stale = null;
        using var bench = new Bench(() => new TestSignature("A", (_, e, _) => { stale = e; return default; }) { OnInit = c => state = c.State });
        await bench.Judge(Ptrace());

        Assert.Equal(0, state.Increment(stale!, "all", TimeSpan.FromMinutes(1)));
        Assert.Equal(1, bench.Counters.StateRefused.Value);
    }
}
