using TraceeMesh.Contracts;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class StreamTableTests
{
    private static readonly StreamTable Streams = new(new Subjects());

    // protocol.md section 1: a frame may be judged as long as the stream keeps it, and the repeat must still be recognised then.
    [Fact]
    public void FindingsWindow_OutlastsTheEvents() =>
        Assert.True(Streams.Findings.DuplicateWindow >= Streams.Events.MaxAge + TimeSpan.FromMinutes(2));

    [Fact]
    public void Subjects_AreThoseOfTheDesign()
    {
        var subjects = new Subjects();

        Assert.Equal("tracee.raw.node-a", subjects.Raw("node-a"));
        Assert.Equal("tracee.events.node-a.3", subjects.Events("node-a", 3));
        Assert.Equal("tracee.lifecycle.container_create.node-a", subjects.Lifecycle("container_create", "node-a"));
        Assert.Equal("tracee.findings.low.anti_debugging.node-a", subjects.Finding("low", "anti_debugging", "node-a"));
        Assert.Equal("tracee.ds.tracee.containers.get.node-a", subjects.Lookup("tracee", "containers", "node-a"));
        Assert.Equal("tracee.ds.my.source.get", subjects.Lookup("my", "source"));
        Assert.Equal("tracee.ds.tracee.containers.changed.node-a", subjects.Changed("tracee", "containers", "node-a"));
        Assert.Equal("tracee.control.node-a", subjects.Control("node-a"));
        Assert.Equal("tracee.ledger.node-a", subjects.Ledger("node-a"));
        Assert.Equal("tracee.heartbeat.detector.d1", subjects.Heartbeat("detector", "d1"));
        Assert.Equal("tracee.dead.enricher.node-a", subjects.Dead("enricher", "node-a"));
        Assert.Equal("tracee-selection", Streams.Selection.Name);
        Assert.Equal("tracee-leases", Streams.Leases.Name);
    }

    [Fact]
    public void EventsAndRaw_LiveInMemory_FindingsOnDisk()
    {
        Assert.False(Streams.Raw("n").OnDisk);
        Assert.False(Streams.Events.OnDisk);
        Assert.True(Streams.Findings.OnDisk);
        Assert.True(Streams.Leases.OnDisk);
    }
}
