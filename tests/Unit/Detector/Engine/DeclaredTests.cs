using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

public sealed class DeclaredTests
{
    private readonly CountingSource _source = new();
    private readonly List<string> _told = [];

    [Fact]
    public async Task Declared_OfAWholeFrame_IsAskedOnceBeforeItsFirstEventIsJudged()
    {
        using var bench = new Bench(() => new Asks("A", _told), () => new Asks("B", _told));
        bench.Add(_source);

        await bench.Judge([.. Enumerable.Range(0, 200).Select(i => Exec($"/bin/{i}", i))]);

        Assert.Equal([200], _source.Batches);
        Assert.Equal(0, _source.Single);
        Assert.All(bench.Catalog.Report(), r => Assert.Equal(new LookupTotals(Asked: 200, Hit: 0, Batched: 200, Late: 0, Failed: 0), r.Lookups));
        Assert.Equal(Enumerable.Range(0, 200).SelectMany(i => new[] { $"A /bin/{i} at {i}", $"B /bin/{i} at {i}" }), _told);
    }

    [Fact]
    public async Task Declared_SameKeyOfTwoEvents_EachIsToldItsOwn()
    {
        using var bench = new Bench(() => new Asks("A", _told));
        bench.Add(_source);

        await bench.Judge(Exec("/bin/a", 1), Exec("/bin/a", 2), Exec("/bin/a", 3));

        Assert.Equal(["A /bin/a at 1", "A /bin/a at 2", "A /bin/a at 3"], _told);
        Assert.Equal([3], _source.Batches);
    }

    [Fact]
    public async Task Declared_WhatIsNear_IsNotAsked()
    {
        using var bench = new Bench(() => new Asks("A", _told));
        bench.Add(_source);
        _source.Near.Add("/bin/b");

        await bench.Judge(Exec("/bin/a", 1), Exec("/bin/b", 2));

        Assert.Equal([1], _source.Batches);
        Assert.Equal(["A /bin/a at 1", "A near at 2"], _told);
        Assert.Equal(new LookupTotals(Asked: 2, Hit: 1, Batched: 1, Late: 0, Failed: 0), bench.Catalog.Report()[0].Lookups);
    }

    [Fact]
    public async Task Undeclared_IsAwaitedInPlace()
    {
        using var bench = new Bench(() => new Asks("A", _told) { Declares = false });
        bench.Add(_source);

        await bench.Judge(Exec("/bin/a", 1), Exec("/bin/b", 2));

        Assert.Empty(_source.Batches);
        Assert.Equal(2, _source.Single);
        Assert.Equal(["A /bin/a at 1", "A /bin/b at 2"], _told);
    }

    [Fact]
    public async Task Declared_KeyThatThrows_IsCountedAndAskedWhenItsEventIsJudged()
    {
        using var bench = new Bench(() => new Asks("A", _told) { Throws = "/bin/b" });
        bench.Add(_source);

        await bench.Judge(Exec("/bin/a", 1), Exec("/bin/b", 2));

        Assert.Equal(1, bench.Counters.SignatureErrors.Value);
        Assert.Equal([1], _source.Batches);
        Assert.Equal(1, _source.Single);
        Assert.Equal(["A /bin/a at 1", "A /bin/b at 2"], _told);
    }

    [Fact]
    public async Task Declared_NextFrame_IsAskedAnew()
    {
        using var bench = new Bench(() => new Asks("A", _told));
        bench.Add(_source);

        await bench.Judge(Exec("/bin/a", 1));
        await bench.Judge(Exec("/bin/a", 1));

        Assert.Equal([1, 1], _source.Batches);
    }

    [Fact]
    public async Task Declared_MoreThanAFrameMayAsk_TheRestIsAskedInPlace()
    {
        using var bench = new Bench(() => new Asks("A", _told));
        bench.Add(_source);

        await bench.Judge([.. Enumerable.Range(0, DeclaredAnswers.MaxQuestions + 3).Select(i => Exec("/bin/a", i))]);

        Assert.Equal([DeclaredAnswers.MaxQuestions], _source.Batches);
        Assert.Equal(3, _source.Single);
        Assert.Equal(DeclaredAnswers.MaxQuestions + 3, _told.Count);
    }

    private static Event Exec(string path, long position)
    {
        var e = EventMaker.Make("sched_process_exec", ("pathname", path));
        e.Context.Position = position;
        return e;
    }

    private sealed class Asks(string id, List<string> told) : Signature
    {
        private readonly TextArgument _path = new("sched_process_exec", "pathname");
        private IDataSource _source = null!;

        public bool Declares { get; init; } = true;

        public string Throws { get; init; } = "";

        public override SignatureMetadata Metadata => new(id, $"event_{id}");

        public override IReadOnlyList<EventSelector> SelectedEvents => [new(EventSelector.Tracee, "sched_process_exec")];

        public override IReadOnlyList<DeclaredLookup> DeclaredLookups => Declares ? [new("test", "counting", Key)] : [];

        public override void Init(ISignatureContext context) => Assert.True(context.TryGetDataSource("test", "counting", out _source));

        public override async ValueTask OnEvent(Event e, CancellationToken cancellation) => told.Add($"{id} {(await _source.Get(e, _path[e], cancellation)).GetString("value")}");

        private LookupKey? Key(Event e) => _path[e].ToString() == Throws ? throw new InvalidOperationException("no key for this one") : _path[e];
    }

    private sealed class CountingSource : IFrameSource
    {
        public List<int> Batches { get; } = [];

        public int Single { get; private set; }

        public HashSet<string> Near { get; } = [];

        public string Namespace => "test";

        public string Id => "counting";

        public int Version => 1;

        public string Schema => "{}";

        public IReadOnlyList<string> Keys => ["string"];

        public bool TryGetNear(EventFrameHeader frame, long position, in LookupKey key, out LookupResult result)
        {
            result = Answer($"near at {position}");
            return Near.Contains(key.ToString());
        }

        public async ValueTask<LookupResult[]> AskAsync(EventFrameHeader frame, IReadOnlyList<PositionedKey> questions, CancellationToken cancellation)
        {
            await Task.Yield();
            Batches.Add(questions.Count);
            return [.. questions.Select(q => Answer($"{q.Key} at {q.Position}"))];
        }

        public async ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default)
        {
            await Task.Yield();
            Single++;
            return new Lookup(Answer($"{key} at {e.Context.Position}"));
        }

        private static LookupResult Answer(string value) => new(LookupStatus.Found, DataValue.MapOf(("value", value)), 0, 0, false);
    }
}
