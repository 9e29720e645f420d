using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using TraceeMesh.Tests.Mesh.DataSourceApi;
using Xunit;
using Lookup = TraceeMesh.Signatures.Lookup;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>A detector asks a data source of the mesh, the real one, and keeps its answers.</summary>
public sealed class MeshSourceTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly Event _event = EventMaker.Make("ptrace", ("request", 0));

    [Fact]
    public async Task Answer_ThatIsKept_IsNeverOlderThanAWriteThatWasAcknowledged()
    {
        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(fixture.Bus, new Subjects(), counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("e2e_inst", "demo", out var source));
        await WriteAsync("kept", "still");
        await WriteAsync("changing", "0");

        for (var i = 1; i <= 100; i++)
        {
            await WriteAsync("changing", $"{i}");
            Assert.Equal($"{i}", Text(await source.Get(_event, "changing")));
            Assert.Equal("still", Text(await source.Get(_event, "kept")));
        }

        // Nothing is written any more, and both are kept.
        await TestWait.Until(
            async () =>
            {
                var before = Hits(counters);
                Assert.Equal(("100", "still"), (Text(await source.Get(_event, "changing")), Text(await source.Get(_event, "kept"))));
                return Hits(counters) == before + 2;
            },
            "both are kept");
        Assert.Equal(0, counters.Read()["lookups_e2e_inst_demo_failed"]);
    }

    private static long Hits(ServiceCounters counters) => counters.Read()["lookups_e2e_inst_demo_hit"];

    private static string Text(Lookup lookup) => lookup.GetString("value");

    private async Task WriteAsync(string key, string value) => Assert.True((await fixture.Channel.WriteAsync(Sources.Demo, key, value)).IsOk);
}
