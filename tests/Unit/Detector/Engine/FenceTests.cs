using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Engine;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

public sealed class FenceTests
{
    private static readonly EvaluationLimits Short = new() { Evaluation = TimeSpan.FromMilliseconds(250) };

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
        Assert.Equal(4, Findings(bench).Count());
        Assert.Equal(1, bench.Counters.SignaturesAbandoned.Value);
        Assert.Equal(["B"], Announced(bench));
        Assert.Equal("B", Assert.Single(bench.Remembered).Signature);

        Assert.False((await bench.Judge(Ptrace())).BufferInUse);
        Assert.Equal(6, Findings(bench).Count());
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
    public async Task Signature_FailingToInitialise_IsLeftOut()
    {
        using var bench = new Bench(() => new TestSignature("A") { OnInit = _ => throw new InvalidOperationException("no") }, Finding("B"));

        await bench.Judge(Ptrace());

        Assert.Equal(SignatureState.Failed, bench.Catalog.Signatures[0].State);
        Assert.Single(bench.Found);
    }

    [Fact]
    public async Task Signature_WithoutItsSource_WaitsUntilItAppears()
    {
        using var bench = new Bench(() => new TestSignature("A", (s, e, _) =>
        {
            s.Find(e);
            return default;
        })
        {
            OnInit = context =>
            {
                if (!context.TryGetDataSource("tracee", "containers", out _))
                {
                    throw new SignatureInitException("containers data source not registered");
                }
            },
        });

        await bench.Judge(Ptrace());
        Assert.Equal((SignatureState.Waiting, "containers data source not registered"), (bench.Catalog.Signatures[0].State, bench.Catalog.Signatures[0].Reason));
        Assert.Empty(bench.Found);

        bench.Add(new FixedDataSource("tracee", "containers", _ => Lookup.Failed(LookupStatus.NotFound)));
        await bench.Judge(Ptrace());
        Assert.Equal(SignatureState.Running, bench.Catalog.Signatures[0].State);
        Assert.Single(bench.Found);
    }

    [Fact]
    public async Task Signature_AtTheEnd_IsToldThatItsSourceIsComplete()
    {
        var told = new List<Signal>();
        using (var bench = new Bench(() => new TestSignature("A") { OnTold = told.Add }))
        {
            await bench.Judge(Ptrace());
            Assert.Empty(told);
        }

        Assert.Equal([new SourceComplete("tracee")], told);
    }

    [Fact]
    public void Catalog_Wanted_IsTheUnionOfTheSelectors()
    {
        using var builtIn = new Bench([.. TraceeMesh.Detector.Loading.SignatureAssembly.Find(typeof(TraceeMesh.Signatures.BuiltIn.DefenseEvasion.AntiDebugging).Assembly)]);
        using var any = new Bench(Finding("A"));

        var wanted = builtIn.Catalog.Wanted();
        Assert.Equal(["ptrace", "sched_process_exec", "security_file_open", "security_inode_rename"], wanted.Events);
        Assert.True(wanted.Environment);
        Assert.Equal(["*"], any.Catalog.Wanted().Events);
        Assert.False(any.Catalog.Wanted().Environment);
    }

    private static IEnumerable<System.Text.Json.Nodes.JsonNode> Findings(Bench bench) => bench.Json().Where(j => (string?)j["eventName"] != DisabledAnnouncement.EventName);

    private static IEnumerable<string?> Announced(Bench bench) => bench.Json()
        .Where(j => (string?)j["eventName"] == DisabledAnnouncement.EventName)
        .Select(j => (string?)j["args"]!.AsArray().Single(a => (string?)a!["name"] == "signature_id")!["value"]);

    private static Event Ptrace() => EventMaker.Make("ptrace", ("request", 0));

    private static Func<Signature> Finding(string id) => () => new TestSignature(id, (s, e, _) =>
    {
        s.Find(e);
        return default;
    });
}
