using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>Signatures that never come back hold a detector up once.</summary>
public sealed class HeldUpTests
{
    [Fact]
    public async Task Detector_HeldByThreeSignatures_StartsAnewWithoutThem()
    {
        await using var bus = await EventBus.StartAsync();
        var held = bus.StartDetector("d1", DetectorProcess.WithTestSignatures);
        await bus.OwnedAsync("d1");
        await bus.PublishAsync(1, make: () => EventMaker.Make("ptrace", ("request", 77)));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.Equal(ExitCode.Failure, await held.EndAsync(patience.Token));
        Assert.Contains("do not come back", held.Log, StringComparison.Ordinal);
        var announced = await bus.FindingsAsync(3);
        Assert.Equal(["TEST-H1", "TEST-H2", "TEST-H3"], announced.Select(f => (string?)f["args"]![0]!["value"]));
        Assert.All(announced, f => Assert.Equal("signature_disabled", (string?)f["eventName"]));

        var again = bus.StartDetector("d1", DetectorProcess.WithTestSignatures);
        await bus.PublishAsync(1, make: () => EventMaker.Make("ptrace", ("request", 77)));
        await bus.LeaseWhenAsync(l => l.Nodes.TryGetValue(EventBus.Node, out var node) && node.Judged is [[0, 2]], "both are judged");
        Assert.Equal(3, (await bus.FindingsAsync(3)).Count);
        Assert.Contains("TEST-H2 is disabled", again.Log, StringComparison.Ordinal);
    }
}
