using System.Text.Json;
using TraceeMesh.Cli.Signatures;
using TraceeMesh.Contracts.Mesh;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class SignatureSumTests
{
    [Fact]
    public void Rows_OfTwoDetectors_AreAddedUp()
    {
        var row = Assert.Single(SignatureSum.Of([new("d1", [Status() with { Evaluations = 100, Findings = 1, Errors = 2, NanosecondsPerEvent = 10 }]), new("d2", [Status() with { Evaluations = 300, Findings = 3, NanosecondsPerEvent = 50 }])], new HashSet<string>()));

        Assert.Equal(
            """{"id":"EX-1","event_name":"event","version":"1","state":"running","reason":"","unavailable_events":[],"evaluations":400,"findings":4,"errors":2,"ns_per_event":40,"lookups":{"asked":0,"hit":0,"batched":0,"late":0,"failed":0}}""",
            JsonSerializer.Serialize(row, SignaturesJson.Default.SignatureRow));
    }

    [Fact]
    public void State_ThatDetectorsDisagreeAbout_IsTheWorstWithItsDetector()
    {
        var row = Assert.Single(SignatureSum.Of([new("d1", [Status()]), new("d2", [Status() with { State = SignatureStatus.Disabled, Reason = "it failed" }])], new HashSet<string>()));

        Assert.Equal((SignatureStatus.Disabled, "d2: it failed"), (row.State, row.Reason));
    }

    [Fact]
    public void Events_ThatTheKernelCannotGive_AreTold()
    {
        var row = Assert.Single(SignatureSum.Of([new("d1", [Status() with { Events = ["ptrace", "sched_process_exec", "none"], UnknownEvents = ["none"] }])], new HashSet<string> { "ptrace", "other" }));

        Assert.Equal(["none", "ptrace"], row.UnavailableEvents);
    }

    [Fact]
    public void Signature_RefusedUnderAnIdThatRuns_IsARowOfItsOwn() => Assert.Equal(
        [SignatureStatus.Running, SignatureStatus.Failed],
        SignatureSum.Of([new("d1", [Status(), Status() with { State = SignatureStatus.Failed, Reason = "taken" }])], new HashSet<string>()).Select(r => r.State));

    [Fact]
    public void Findings_KeptBack_AreTheReason() =>
        Assert.Equal("5 findings kept back by exceptions", Assert.Single(SignatureSum.Of([new("d1", [Status() with { Suppressed = 2 }]), new("d2", [Status() with { Suppressed = 3 }])], new HashSet<string>())).Reason);

    private static SignatureStatus Status() => new() { Id = "EX-1", EventName = "event", Version = "1", State = SignatureStatus.Running };
}
