using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Engine;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
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
        Assert.Equal(2 * EvaluationLimits.Faults, Findings(bench).Count());
        var announcement = Assert.Single(bench.Found, f => f.Subject == "tracee.findings.high.signature_disabled.node-a");
        Assert.Equal(["A"], Announced(bench));
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
        Assert.Equal(["A"], Announced(bench));
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

        Assert.Single(Findings(bench));
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
        Assert.Single(Findings(bench));
        await TestWait.Until(() => Task.FromResult(bench.LeftBehind.Count == 0), "the threads come back");
    }

    [Fact]
    public async Task Signature_ThatWaitsForALookup_HasLonger()
    {
        var answer = new TaskCompletionSource<Lookup>();
        using var bench = new Bench(new EvaluationLimits { Evaluation = TimeSpan.FromMilliseconds(100) }, () => new Asking());
        bench.Add(new SlowSource(answer.Task));

        var judging = bench.Judge(Ptrace());
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System);
        answer.SetResult(Lookup.Failed(LookupStatus.NotFound));
        await judging;

        Assert.Equal(SignatureState.Running, bench.Catalog.Signatures[0].State);
        Assert.Single(bench.Found);
    }

    [Fact]
    public async Task Signatures_WhileOneWaits_GoOnWithTheEvent()
    {
        var answer = new TaskCompletionSource<Lookup>();
        var seen = new TaskCompletionSource();
        using var bench = new Bench(() => new Asking(), () => new TestSignature("Z", (_, _, _) => { seen.TrySetResult(); return default; }));
        bench.Add(new SlowSource(answer.Task));

        var judging = bench.Judge(Ptrace());
        await seen.Task;
        answer.SetResult(Lookup.Failed(LookupStatus.NotFound));
        await judging;

        Assert.Single(bench.Found);
    }

    [Fact]
    public async Task Signature_AskingWithAWrongKeyOrAnAbsentSource_IsToldSoByName()
    {
        var told = new List<LookupStatus>();
        IDataSource containers = null!, absent = null!;
        using var bench = new Bench(() => new TestSignature("A", async (_, e, c) =>
        {
            told.Add((await containers.Get(e, 4711L, c)).Status);
            told.Add((await absent.Get(e, "x", c)).Status);
        })
        {
            OnInit = context => Assert.Equal((true, false), (context.TryGetDataSource("tracee", "containers", out containers), context.TryGetDataSource("tracee", "no_such", out absent))),
        });
        bench.Add(new FixedDataSource("tracee", "containers", key => Lookup.Failed(key.Kind == TraceeMesh.Contracts.DataKind.Text ? LookupStatus.NotFound : LookupStatus.KeyNotSupported)));

        await bench.Judge(Ptrace());

        Assert.Equal([LookupStatus.KeyNotSupported, LookupStatus.Unavailable], told);
        Assert.Equal(0, bench.Counters.SignatureErrors.Value);
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
    public async Task State_UsedForAnEventNotBeingJudged_HasNoEffect()
    {
        ISignatureState state = null!;
        Event? stale = null;
        using var bench = new Bench(() => new TestSignature("A", (_, e, _) => { stale = e; return default; }) { OnInit = c => state = c.State });
        await bench.Judge(Ptrace());

        Assert.Equal(0, state.Increment(stale!, "all", TimeSpan.FromMinutes(1)));
        Assert.Equal(1, bench.Counters.StateRefused.Value);
    }

    [Fact]
    public async Task Report_OfASignature_HasItsNumbers()
    {
        using var bench = new Bench(Finding("A"), () => new TestSignature("B", null, new EventSelector("tracee", "sched_process_exit")));

        await bench.Judge(Ptrace(), Ptrace());

        var (a, b) = (bench.Catalog.Report()[0], bench.Catalog.Report()[1]);
        Assert.Equal(("A", "event_A", "1", SignatureState.Running, "", 2, 2, 0), (a.Id, a.EventName, a.Version, a.State, a.Reason, a.Evaluations, a.Findings, a.Errors));
        Assert.True(a.NanosecondsPerEvent > 0);
        Assert.Equal((0, 0, 0, 0), (b.Evaluations, b.Findings, b.Errors, b.NanosecondsPerEvent));
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

    private sealed class Asking : Signature
    {
        private IDataSource _source = null!;

        public override SignatureMetadata Metadata { get; } = new("ASK", "asking");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "ptrace")];

        public override void Init(ISignatureContext context) => Assert.True(context.TryGetDataSource("test", "slow", out _source));

        public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            await _source.Get(e, "key", cancellation);
            Report(e);
        }
    }

    private sealed class SlowSource(Task<Lookup> answer) : IDataSource
    {
        public string Namespace => "test";

        public string Id => "slow";

        public int Version => 1;

        public string Schema => "{}";

        public IReadOnlyList<string> Keys => ["string"];

        public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default) => new(answer);
    }
}
