using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Mesh.Enricher;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Lookups;

/// <summary>
/// Two enrichers of one node, each on a bus of its own: one publishes the events at once, the other gets the same raw frames
/// 200 ms later and answers the lookups. So the stores that are asked lag behind the events that ask.
/// </summary>
public sealed class DelayedStoreTests
{
    private const int Containers = 20;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Lookup_StoreLagsBehindTheEvent_StillSeesThePastOfTheEventAndNoMore()
    {
        await using var published = await EnricherMesh.StartAsync();
        await using var lagging = await EnricherMesh.StartAsync();
        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(lagging.Bus, lagging.Subjects, counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("tracee", "containers", out var containers));

        // Each container is made, an event looks at it, and it is gone again, all in one frame.
        var sent = 0;
        var frames = new List<(long First, RecordBuilder Records)> { (0, new RecordBuilder().SnapshotEnd()) };
        for (var i = 0; i < Containers; i++)
        {
            frames.Add((1 + (3 * i), new RecordBuilder().Cgroup(EventIds.CgroupMkdir, (ulong)(100 + i), $"/docker/{Id(i)}").Exec("/bin/ls", $"{i}").Cgroup(EventIds.CgroupRmdir, (ulong)(100 + i), $"/docker/{Id(i)}")));
        }

        var forwarding = Task.Run(async () =>
        {
            foreach (var (first, records) in frames)
            {
                await Task.Delay(first == 0 ? TimeSpan.Zero : Delay, TimeProvider.System);
                await lagging.SendAsync(first, records);
                sent++;
            }
        });
        foreach (var (first, records) in frames)
        {
            await published.SendAsync(first, records);
        }

        var execs = await published.ExecsAsync(Containers);
        var sentWhenAsked = sent;
        for (var i = 0; i < Containers; i++)
        {
            var now = await containers.Get(execs[i], Id(i));
            Assert.True(now.Found, $"container {i}: {now.Status}");
            Assert.Equal(LookupStatus.NotFound, (await containers.Get(execs[i], Id((i + Containers - 1) % Containers))).Status);
        }

        await forwarding;
        Assert.True(sentWhenAsked < Containers, "the stores lagged behind when the first lookup was asked");
        Assert.Equal(0, counters.Read()["lookups_tracee_containers_failed"]);
    }

    private static string Id(int i) => $"{i:d64}";
}
