using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit.Examples;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>The third example of docs/signatures.md against a data source of a few lines that speaks the lookup protocol.</summary>
public sealed class ExampleTests
{
    [Fact]
    public async Task ManyExecs_AsksTheThresholdThatIsSetNow()
    {
        await using var bus = await EventBus.StartAsync();
        var limit = 2;
        using var info = bus.Connection.Subscribe("$SRV.INFO.tracee-ds", message => message.Respond(Encoding.UTF8.GetBytes(
            """{"type":"io.nats.micro.v1.info_response","name":"tracee-ds","id":"x","version":"1.0.0","metadata":{"namespace":"acme","id":"exec_limits","version":"1","scope":"mesh","node":"","writable":"true","keys":"string","values":"int","schema":"{}"}}""")));
        using var source = bus.Connection.Subscribe(bus.Subjects.Lookup("acme", "exec_limits"), message =>
        {
            LookupCodec.TryReadRequest(message.Payload.ToArray(), out var request);
            using var reply = new MessagePackWriter();
            LookupCodec.WriteReply(reply, new LookupReply([.. request.Keys.Select(key => key == "shop/cart:1"
                ? new LookupResult(LookupStatus.Found, DataValue.MapOf(("execs_per_minute", limit)), 0, 0, true)
                : LookupResult.Failed(LookupStatus.NotFound))]));
            message.Respond(reply.WrittenSpan);
        });
        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(bus.Connection, bus.Subjects, counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("acme", "exec_limits", out var limits));
        using var harness = new SignatureHarness(new ManyExecs(), limits);

        var found = new List<int>();
        for (var i = 1; i <= 5; i++)
        {
            found.Add((await harness.Feed(Exec("shop/cart:1"))).Count);
            limit = i < 3 ? 2 : 4;
        }

        Assert.Equal([0, 0, 1, 0, 1], found);
        Assert.Empty(await harness.Feed(Exec("other/image:1")));
    }

    private static Event Exec(string image)
    {
        var e = EventMaker.Make("sched_process_exec", ("pathname", "/bin/ls")).InContainer("270f747aa981");
        e.Context.ContainerImage = Utf8Text.From(image);
        return e;
    }
}
