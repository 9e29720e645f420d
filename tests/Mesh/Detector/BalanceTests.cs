using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>Detectors that come and go share the partitions, and nothing is lost or found twice by it.</summary>
public sealed class BalanceTests
{
    [Fact]
    public async Task Detectors_ThatJoinLeaveAndDie_ShareThePartitions_AndEveryEventIsFoundOnce()
    {
        await using var bus = await EventBus.StartAsync();
        using var stop = new CancellationTokenSource();
        bus.StartDetector("d1");
        await bus.SharedAsync(["d1"]);
        var publishing = PublishAsync(bus, stop.Token);

        var second = bus.StartDetector("d2");
        await bus.SharedAsync(["d1", "d2"]);
        var third = bus.StartDetector("d3");
        await bus.SharedAsync(["d1", "d2", "d3"]);
        await second.StopAsync();
        await bus.SharedAsync(["d1", "d3"]);
        third.Kill();
        await bus.SharedAsync(["d1"]);

        await stop.CancelAsync();
        var published = await publishing;
        Assert.True(published > Partitioning.Partitions);
        for (var partition = 0; partition < Partitioning.Partitions; partition++)
        {
            var p = partition;
            await bus.EventuallyAsync(async () => (await bus.LeaseAsync(p))?.Nodes.GetValueOrDefault(EventBus.Node)?.Judged is [[0, var to]] && to == published, $"all of partition {p} is judged");
            Assert.Empty((await bus.LeaseAsync(p))!.Nodes[EventBus.Node].Lost);
        }

        var findings = await bus.FindingsAsync(published * Partitioning.Partitions);
        Assert.Equal(published * Partitioning.Partitions, findings.Count);
        Assert.Equal(findings.Count, findings.Select(f => (long)f["mesh"]!["position"]!).Distinct().Count());
    }

    [Fact]
    public async Task State_OfASignature_MovesWithItsPartition()
    {
        await using var bus = await EventBus.StartAsync();
        var first = bus.StartDetector("d1", DetectorProcess.WithTestSignatures);
        await bus.SharedAsync(["d1"]);
        await bus.PublishAsync(60, make: () => EventMaker.Make("ptrace", ("request", 0)).InContainer("270f747aa981"));

        // Partition 3 is the second one's of two, and the first one's again when that leaves.
        var second = bus.StartDetector("d2", DetectorProcess.WithTestSignatures);
        await bus.LeaseWhenAsync(l => l.Owner == "d2", "the partition moves");
        await bus.PublishAsync(30, make: () => EventMaker.Make("ptrace", ("request", 0)).InContainer("270f747aa981"));
        await second.StopAsync();
        await bus.LeaseWhenAsync(l => l.Owner == "d1", "the partition moves back");
        await bus.PublishAsync(30, make: () => EventMaker.Make("ptrace", ("request", 0)).InContainer("270f747aa981"));
        await bus.LeaseWhenAsync(l => l.Nodes[EventBus.Node].Judged is [[0, 120]], "all are judged");

        var finding = Assert.Single(await bus.FindingsAsync(1));
        Assert.Equal(("hundredth_ptrace", 1100), ((string?)finding["eventName"], (int)finding["mesh"]!["position"]!));
    }

    // One event after the other into each partition in turn, as long as the detectors change. Returns how many into each.
    private static async Task<long> PublishAsync(EventBus bus, CancellationToken stop)
    {
        for (var rounds = 0L; ; rounds++)
        {
            if (stop.IsCancellationRequested)
            {
                return rounds;
            }

            for (var partition = 0; partition < Partitioning.Partitions; partition++)
            {
                await bus.PublishAsync(1, into: partition);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }
}
