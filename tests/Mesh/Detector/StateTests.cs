using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>What a signature keeps survives the detector it is kept in.</summary>
public sealed class StateTests
{
    [Fact]
    public async Task Signature_ThatCountsToHundred_ReportsOnceAlthoughItsDetectorIsKilled()
    {
        await using var bus = await EventBus.StartAsync();
        var first = bus.StartDetector("d1", DetectorProcess.WithTestSignatures);
        for (var i = 0; i < 5; i++)
        {
            await bus.PublishAsync(10, make: InContainer);
        }

        await bus.LeaseWhenAsync(Judged(50), "the first fifty are judged");
        await bus.PublishAsync(15, make: InContainer);
        first.Kill();

        var second = bus.StartDetector("d2", DetectorProcess.WithTestSignatures);
        await bus.PublishAsync(15, make: InContainer);
        await bus.LeaseWhenAsync(Judged(80), "the next thirty are judged");
        await bus.PublishAsync(15, make: InContainer);
        await bus.PublishAsync(15, make: InContainer);
        second.Kill();

        var third = bus.StartDetector("d3", DetectorProcess.WithTestSignatures);
        await bus.PublishAsync(40, make: InContainer);
        await bus.LeaseWhenAsync(Judged(150), "all are judged");

        // The events are numbered from 1001 on.
        var finding = Assert.Single(await bus.FindingsAsync(1));
        Assert.Equal(("hundredth_ptrace", 1100), ((string?)finding["eventName"], (int)finding["mesh"]!["position"]!));
        Assert.Equal("""{"state":"complete"}""", finding["mesh"]!["completeness"]!.ToJsonString());
    }

    private static Func<LeaseRecord, bool> Judged(long events) => lease => lease.Nodes.TryGetValue(EventBus.Node, out var node) && node.Judged is [[0, var to]] && to == events;

    private static Event InContainer() => EventMaker.Make("ptrace", ("request", 0)).InContainer("270f747aa981");
}
