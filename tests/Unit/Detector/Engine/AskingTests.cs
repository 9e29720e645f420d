using System.Diagnostics.Metrics;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Reporting;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;
using static TraceeMesh.Tests.Unit.Detector.Engine.Some;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>While a signature asks, time does not run against it, and the others go on.</summary>
public sealed class AskingTests
{
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
        bench.Add(new FixedDataSource("tracee", "containers", key => Lookup.Failed(key.Kind == DataKind.Text ? LookupStatus.NotFound : LookupStatus.KeyNotSupported)));

        await bench.Judge(Ptrace());

        Assert.Equal([LookupStatus.KeyNotSupported, LookupStatus.Unavailable], told);
        Assert.Equal(0, bench.Counters.SignatureErrors.Value);
    }

    [Fact]
    public async Task Lookups_OfASignature_AreCountedByWhatBecameOfThem()
    {
        IDataSource absent = null!, late = null!, near = null!, slow = null!;
        var answer = new TaskCompletionSource<Lookup>();
        using var bench = new Bench(
            () => new TestSignature("A", async (_, e, c) =>
            {
                await near.Get(e, "x", c);
                await absent.Get(e, "x", c);
                await late.Get(e, "x", c);
                answer.TrySetResult(Lookup.Failed(LookupStatus.NotFound));
                await slow.Get(e, "x", c);
                await slow.GetAll(e, ["x", "y", "z"], c);
            })
            {
                OnInit = context => Assert.Equal(
                    (true, true, true, false),
                    (context.TryGetDataSource("test", "near", out near), context.TryGetDataSource("test", "late", out late), context.TryGetDataSource("test", "slow", out slow), context.TryGetDataSource("test", "absent", out absent))),
            },
            () => new TestSignature("B"));
        bench.Add(new FixedDataSource("test", "near", _ => Lookup.Failed(LookupStatus.NotFound)));
        bench.Add(new FixedDataSource("test", "late", _ => Lookup.Failed(LookupStatus.Timeout)));
        bench.Add(new SlowSource(answer.Task));
        var metrics = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name.StartsWith("traceemesh_signature_lookups_", StringComparison.Ordinal))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => metrics[$"{instrument.Name["traceemesh_signature_lookups_".Length..]} {tags[0].Key}={tags[0].Value}"] = value);
        listener.Start();
        using var counters = new ServiceCounters();
        LookupMetrics.Add(counters, bench.Catalog);

        await bench.Judge(Ptrace());

        Assert.Equal(new LookupTotals(Asked: 7, Hit: 2, Batched: 3, Late: 1, Failed: 1), bench.Catalog.Report()[0].Lookups);
        Assert.Equal(default, bench.Catalog.Report()[1].Lookups);
        listener.RecordObservableInstruments();
        Assert.Equal(10, metrics.Count);
        Assert.Equal((7, 2, 3, 1, 1), (metrics["asked signature=A"], metrics["hit signature=A"], metrics["batched signature=A"], metrics["late signature=A"], metrics["failed signature=A"]));
        Assert.Equal(0, metrics["asked signature=B"]);
    }

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
