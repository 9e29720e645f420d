using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>The facts of tracee.md §1.5: which selector sees which event, how often.</summary>
public sealed class SelectorFactsTests
{
    [Theory]
    [InlineData("tracee", "ptrace", Origin.Any, "host", 1)]
    [InlineData("tracee", "sched_process_exec", Origin.Any, "host", 0)]
    [InlineData("tracee", "*", Origin.Any, "host", 1)]
    [InlineData("tracee", "", Origin.Any, "host", 1)]
    [InlineData("tracee", "ptrace", Origin.Container, "container", 1)]
    [InlineData("tracee", "ptrace", Origin.Container, "container-init", 0)]
    [InlineData("tracee", "ptrace", Origin.Container, "host", 0)]
    [InlineData("tracee", "ptrace", Origin.ContainerInit, "container-init", 1)]
    [InlineData("tracee", "ptrace", Origin.ContainerInit, "container", 0)]
    [InlineData("tracee", "ptrace", Origin.Host, "host", 1)]
    [InlineData("tracee", "ptrace", Origin.Host, "container", 0)]
    [InlineData("tracee", "", Origin.Container, "container", 1)]
    [InlineData("", "ptrace", Origin.Any, "host", 0)]
    [InlineData("other", "ptrace", Origin.Any, "host", 0)]
    [InlineData("tracee", "no_such_event", Origin.Any, "host", 0)]
    public async Task Selector_OnEvent_SeesItSoOften(string source, string name, Origin origin, string from, int calls)
    {
        var seen = 0;
        using var bench = new Bench(() => new TestSignature("T", (_, _, _) => { seen++; return default; }, new EventSelector(source, name, origin)));

        await bench.Judge(From(from));

        Assert.Equal(calls, seen);
    }

    [Fact]
    public async Task Signature_WithSeveralMatchingSelectors_SeesTheEventOnce()
    {
        var seen = 0;
        using var bench = new Bench(() => new TestSignature("T", (_, _, _) => { seen++; return default; }, new("tracee", "ptrace"), new("tracee"), new("tracee", "ptrace", Origin.Host)));

        await bench.Judge(From("host"));

        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task Event_OfAnotherSource_ReachesWhoNamesThatSource()
    {
        var seen = 0;
        using var bench = new Bench(() => new TestSignature("T", (_, _, _) => { seen++; return default; }, new EventSelector("other")));
        using var instance = new SignatureInstance(bench.Catalog.Signatures[0], bench, bench.State, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var judge = new FrameJudge(bench.Parts, bench.State, [instance]);
        var e = new Event("other");
        e.Reset(new EventDefinition(1, "their_event", []), EventMaker.Frame);

        await judge.JudgeAsync(e, bench.Losses, CancellationToken.None);
        await judge.JudgeAsync(From("host"), bench.Losses, CancellationToken.None);

        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task Signatures_TwoDistinct_BothSeeTheEvent()
    {
        var seen = new List<string>();
        using var bench = new Bench(Seeing("A"), Seeing("B"));

        await bench.Judge(From("host"));

        Assert.Equal(["A", "B"], seen);

        Func<Signature> Seeing(string id) => () => new TestSignature(id, (_, _, _) => { seen.Add(id); return default; });
    }

    [Fact]
    public void Signatures_SameId_OneIsLoaded()
    {
        using var bench = new Bench(() => new TestSignature("A") { EventName = "first" }, () => new TestSignature("A") { EventName = "second" });

        Assert.Equal("first", Assert.Single(bench.Catalog.Signatures).Metadata.EventName);
    }

    [Fact]
    public void Signatures_EventNamesThatBecomeOneSubject_OneIsLoaded()
    {
        using var bench = new Bench(() => new TestSignature("A") { EventName = "a.b" }, () => new TestSignature("B") { EventName = "a_b" });

        Assert.Equal("A", Assert.Single(bench.Catalog.Signatures).Metadata.Id);
    }

    [Fact]
    public void Signature_ThatCannotBeMade_IsLeftOut()
    {
        using var bench = new Bench(() => throw new InvalidOperationException("no"), () => new TestSignature("B"));

        Assert.Equal("B", Assert.Single(bench.Catalog.Signatures).Metadata.Id);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Signature_WhoseMetadataOrSelectorsFail_IsLeftOut(bool metadata, bool selectors)
    {
        var seen = 0;
        using var bench = new Bench(() => new TestSignature("A", (_, _, _) => { seen++; return default; }) { HasNoMetadata = metadata, HasNoSelectors = selectors }, () => new TestSignature("B"));

        await bench.Judge(From("host"));

        Assert.Equal("B", Assert.Single(bench.Catalog.Signatures).Metadata.Id);
        Assert.Equal(0, seen);
    }

    [Theory]
    [InlineData("ptrace")]
    [InlineData("signature_disabled")]
    public void Signature_WithAnEventNameOfTheMesh_IsLeftOut(string name)
    {
        using var bench = new Bench(() => new TestSignature("A") { EventName = name });

        Assert.Empty(bench.Catalog.Signatures);
    }

    [Fact]
    public void Ids_OfBuiltInAndOthers_GetTheirNumbers()
    {
        var numbers = new Dictionary<string, int>();
        SignatureEventIds.Assign(["TRC-102", "TRC-1028", "EX-2", "EX-1", "TRC-1", "TRC-100"], numbers);
        SignatureEventIds.Assign(["EX-0", "EX-1"], numbers);

        Assert.Equal(6001, numbers["TRC-102"]);
        Assert.Equal(6027, numbers["TRC-1028"]);
        Assert.Equal([6100, 6101], [numbers["EX-1"], numbers["EX-2"]]);
        Assert.Equal(6104, numbers["EX-0"]);
        Assert.Equal(numbers.Count, numbers.Values.Distinct().Count());
    }

    private static Event From(string origin)
    {
        var e = EventMaker.Make("ptrace", ("request", 0));
        return origin switch
        {
            "container" => e.InContainer("c1"),
            "container-init" => e.InContainer("c1", started: false),
            _ => e,
        };
    }
}
