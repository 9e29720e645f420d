using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;
using Xunit;
using static TraceeMesh.Tests.Unit.Detector.Engine.Some;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>Signatures come, change and go between two frames.</summary>
public sealed class ChangeTests
{
    [Fact]
    public async Task Signature_Added_SeesTheNextFrame()
    {
        var seen = new List<string>();
        using var bench = new Bench(Seeing("A", seen));
        await bench.Judge(Ptrace());

        var added = await bench.Catalog.ChangeAsync([Seeing("B", seen)], [], CancellationToken.None);
        await bench.Judge(Ptrace());

        Assert.Equal("B", Assert.Single(added.Added).Metadata.Id);
        Assert.Equal(["A", "A", "B"], seen);
    }

    [Fact]
    public async Task Signature_Removed_IsDisposedAndSeesNoMore()
    {
        var (seen, disposed) = (new List<string>(), new List<string>());
        using var bench = new Bench(Seeing("A", seen, disposed), Seeing("B", seen, disposed));
        await bench.Judge(Ptrace());
        var probes = disposed.Count;

        await bench.Catalog.ChangeAsync([], ["A"], CancellationToken.None);

        Assert.Equal(["A"], disposed.Skip(probes));
        await bench.Judge(Ptrace());
        Assert.Equal(["A", "B", "B"], seen);
        Assert.Equal("B", Assert.Single(bench.Catalog.Report()).Id);
    }

    [Fact]
    public async Task Signature_Replaced_KeepsItsNumberAndItsState()
    {
        using var bench = new Bench(() => new Counting("A", "1"), () => new Counting("B", "1"));
        var number = bench.Catalog.Signatures[1].Event.Id;
        await bench.Judge(Ptrace(), Ptrace());

        await bench.Catalog.ChangeAsync([() => new Counting("B", "2")], ["B"], CancellationToken.None);
        await bench.Judge(Ptrace());

        var replaced = bench.Catalog.Report()[1];
        Assert.Equal(("B", "2", 1), (replaced.Id, replaced.Version, replaced.Evaluations));
        Assert.Equal(number, bench.Catalog.Signatures[1].Event.Id);
        Assert.Equal(["1", "2", "3"], bench.Json().Where(j => (string?)j["eventName"] == "event_B").Select(j => j["args"]![0]!["value"]!.ToJsonString()));
    }

    [Fact]
    public async Task Change_WhileFramesAreJudged_LosesAndRepeatsNothing()
    {
        var (old, changed) = (0, 0);
        using var bench = new Bench(() => new TestSignature("A", (_, _, _) => { Interlocked.Increment(ref old); return default; }));
        var swapped = new TaskCompletionSource();
        var judging = Task.Run(async () =>
        {
            var frames = 0;
            while (!swapped.Task.IsCompleted)
            {
                await bench.Judge(Ptrace(), Ptrace());
                frames++;
            }

            await bench.Judge(Ptrace(), Ptrace());
            return frames + 1;
        });
        for (var i = 0; i < 20; i++)
        {
            await bench.Catalog.ChangeAsync([() => new TestSignature("A", (_, _, _) => { Interlocked.Increment(ref changed); return default; })], ["A"], CancellationToken.None);
        }

        swapped.SetResult();
        var judged = await judging;

        Assert.Equal(2 * judged, old + changed);
        Assert.True(changed >= 2);
    }

    [Fact]
    public async Task Change_ThatRepeatsAnId_IsRefused()
    {
        using var bench = new Bench(() => new TestSignature("A") { EventName = "first" });

        Assert.Empty((await bench.Catalog.ChangeAsync([() => new TestSignature("A") { EventName = "second" }], ["no_such"], CancellationToken.None)).Added);

        Assert.Equal("first", Assert.Single(bench.Catalog.Signatures).Metadata.EventName);
    }

    private static Func<Signature> Seeing(string id, List<string> seen, List<string>? disposed = null) => () => new Watching(id, seen, disposed ?? []);

    private sealed class Watching(string id, List<string> seen, List<string> disposed) : Signature
    {
        public override SignatureMetadata Metadata { get; } = new(id, $"event_{id}");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee")];

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            seen.Add(id);
            return default;
        }

        protected override void Dispose(bool disposing)
        {
            disposed.Add(id);
            base.Dispose(disposing);
        }
    }

    private sealed class Counting(string id, string version) : Signature
    {
        private ISignatureState _state = null!;

        public override SignatureMetadata Metadata { get; } = new(id, $"event_{id}") { Version = version };

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee")];

        public override void Init(ISignatureContext context) => _state = context.State;

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            Report(e, ("count", _state.Increment(e, "all", TimeSpan.FromMinutes(1))));
            return default;
        }
    }
}
