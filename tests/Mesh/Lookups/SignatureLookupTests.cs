using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using TraceeMesh.TestKit.Signatures;
using TraceeMesh.Tests.Mesh.Enricher;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Lookups;

/// <summary>A signature asks the real enricher about the container of its event, over the real bus.</summary>
public sealed class SignatureLookupTests
{
    private const string ContainerId = "270f747aa9815e3e1d0f7a2f8d3c6b5a4e9f0d1c2b3a49586776859493a2b1c0";

    [Fact]
    public async Task LookupByTheContainerOfAnEvent_SeesThePastOfThatEvent()
    {
        await using var mesh = await EnricherMesh.StartAsync();
        await mesh.SendAsync(0, new RecordBuilder().SnapshotEnd().Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{ContainerId}").Exec("/bin/ls", "ls").Cgroup(EventIds.CgroupRmdir, 77, $"/docker/{ContainerId}"));
        await mesh.AccountAsync(a => a.Produced == 4);
        var exec = await ExecAsync(mesh);

        using var counters = new ServiceCounters();
        var directory = new DataSourceDirectory(mesh.Bus, mesh.Subjects, new DetectorCounters(counters), TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("tracee", "containers", out var containers));
        using var harness = new SignatureHarness(new ContainerOfExec(), containers);

        // The container is gone by now; at the event it was there.
        var reported = Assert.Single(await harness.Feed(exec));
        Assert.Equal(ContainerId, reported["id"].Text);
        Assert.Equal(RawFrames.BootEpoch + 5_000_000_000, reported["ctime"].Integer);
        Assert.Equal("", reported["image"].Text);
    }

    private static async Task<Event> ExecAsync(EnricherMesh mesh)
    {
        var e = new Event();
        StoredMessage? frame = null;
        await TestWait.Until(
            async () =>
            {
                var state = await mesh.JetStream.FindStreamAsync(mesh.Streams.Events.Name);
                for (var sequence = state!.FirstSequence; sequence <= state.LastSequence; sequence++)
                {
                    frame = await mesh.JetStream.GetMessageAsync(mesh.Streams.Events.Name, sequence);
                    Assert.Equal(FrameStatus.Ok, EventFrameCodec.TryRead(frame!.Payload, out _, out var events));
                    while (events.TryRead(e) == FrameStatus.Ok)
                    {
                        if (e.Context.EventId == EventIds.SchedProcessExec)
                        {
                            return true;
                        }
                    }
                }

                return false;
            },
            "the event frame is stored");
        return e;
    }

    /// <summary>The users' first example: look the container up by the id in the exec event.</summary>
    private sealed class ContainerOfExec : Signature
    {
        private IDataSource _containers = null!;

        public override SignatureMetadata Metadata { get; } = new("TEST-1", "container_of_exec");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "sched_process_exec")];

        public override void Init(ISignatureContext context)
        {
            if (!context.TryGetDataSource("tracee", "containers", out _containers))
            {
                throw new SignatureInitException("containers data source not registered");
            }

            if (_containers.Version > 1)
            {
                throw new SignatureInitException("containers data source version not supported, please update this signature");
            }
        }

        public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            var container = await _containers.Get(e, e.Context.ContainerId, cancellation);
            if (container.Found)
            {
                Report(e, ("id", container.GetString("container_id")), ("ctime", container.GetInteger("container_ctime")), ("image", container.GetString("container_image")));
            }
        }
    }
}
