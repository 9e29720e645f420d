using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>A finding is an event that other signatures may select.</summary>
public sealed class ChainTests
{
    [Fact]
    public async Task Finding_SelectedByAnother_IsJudgedInThePlaceOfItsTrigger()
    {
        Event? seen = null;
        using var bench = new Bench(
            () => new Reporting("B", new EventSelector("tracee", "ptrace", Origin.Container), ("image", "shop/cart"), ("port", 443)),
            () => new TestSignature(
                "A",
                (s, e, _) =>
                {
                    seen = e;
                    s.Find(e);
                    return default;
                },
                new EventSelector("tracee", "event_B", Origin.Container)));

        await bench.Judge(EventMaker.Make("ptrace", ("request", 4)).InContainer("c1"), EventMaker.Make("ptrace", ("request", 5)));

        Assert.Equal(["event_B", "event_A"], bench.Json().Select(j => (string?)j["eventName"]));
        Assert.Equal(("B", 1, "ptrace"), (seen!.Finding!.SignatureId, seen.Finding.Depth, seen.Finding.Trigger.Definition.Name));
        Assert.Equal(("shop/cart", 443, DataKind.Nil), (seen.Finding["image"].Text, seen.Finding["port"].Integer, seen.Finding["none"].Kind));
        Assert.Equal((1_048_577, "c1"), (seen.Context.Position, seen.Context.ContainerId.ToString()));
        var chained = bench.Json().Last();
        Assert.Equal(
            """{"name":"triggeredBy","type":"unknown","value":{"id":NUMBER,"name":"event_B","args":[{"name":"image","type":"const char*","value":"shop/cart"},{"name":"port","type":"long","value":443},{"name":"triggeredBy","type":"unknown","value":{"id":101,"name":"ptrace","args":[{"name":"request","type":"long","value":4},{"name":"pid","type":"int","value":null},{"name":"addr","type":"void*","value":null},{"name":"data","type":"void*","value":null}],"returnValue":0}}],"returnValue":0}}""".Replace("NUMBER", $"{seen.Definition.Id}", StringComparison.Ordinal),
            chained["args"]![0]!.ToJsonString());
        Assert.Equal((1_048_577, "c1"), ((int)chained["mesh"]!["position"]!, (string?)chained["containerId"]));
    }

    [Fact]
    public async Task Findings_OfFindings_EndAtTheDepth()
    {
        using var bench = new Bench([.. Enumerable.Range(0, 8).Select(i => Link(i))]);

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)));

        Assert.Equal(EvaluationLimits.ChainDepth + 1, bench.Found.Count);
        Assert.Equal(1, bench.Counters.ChainsCut.Value);

        static Func<Signature> Link(int i) => () => new Reporting($"L{i}", new EventSelector("tracee", i == 0 ? "ptrace" : $"event_L{i - 1}"));
    }

    [Fact]
    public async Task Signature_ThatSelectsItself_EndsAtTheDepth()
    {
        using var bench = new Bench(() => new Reporting("L", new EventSelector("tracee", "ptrace"), new EventSelector("tracee", "event_L")));

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)));

        Assert.Equal(EvaluationLimits.ChainDepth + 1, bench.Found.Select(f => f.Id).Distinct().Count());
    }

    [Fact]
    public async Task Chain_JudgedAgain_HasTheSameIds()
    {
        using var bench = new Bench(() => new Reporting("A", new EventSelector("tracee", "ptrace")), () => new Twice("B", new EventSelector("tracee", "event_A")), () => new Reporting("C", new EventSelector("tracee", "event_B")));
        var e = EventMaker.Make("ptrace", ("request", 0));

        await bench.Judge(e);
        await bench.Judge(e);

        Assert.Equal(10, bench.Found.Count);
        Assert.Equal(5, bench.Found.Select(f => f.Id).Distinct().Count());
        Assert.Equal(bench.Found.Take(5).Select(f => f.Id), bench.Found.Skip(5).Select(f => f.Id));
    }

    [Fact]
    public async Task Finding_ForAWildcard_IsNone()
    {
        var seen = 0;
        using var bench = new Bench(() => new Reporting("A", new EventSelector("tracee", "ptrace")), () => new TestSignature("B", (_, _, _) => { seen++; return default; }));

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)));

        Assert.Equal(1, seen);
    }

    private sealed class Reporting : Signature
    {
        private readonly (string Name, DataValue Value)[] _data;

        public Reporting(string id, EventSelector selector, params (string Name, DataValue Value)[] data)
            : this(id, [selector]) => _data = data;

        public Reporting(string id, params EventSelector[] selectors)
        {
            Metadata = new(id, $"event_{id}");
            SelectedEvents = selectors;
            _data = [];
        }

        public override SignatureMetadata Metadata { get; }

        public override IReadOnlyList<EventSelector> SelectedEvents { get; }

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            Report(e, _data);
            return default;
        }
    }

    private sealed class Twice(string id, EventSelector selector) : Signature
    {
        public override SignatureMetadata Metadata { get; } = new(id, $"event_{id}");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [selector];

        // The first one late, from another thread.
        public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            await Task.Yield();
            Report(e, ("which", 1));
            Report(e, ("which", 2));
        }
    }
}
