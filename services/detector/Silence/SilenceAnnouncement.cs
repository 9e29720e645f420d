using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Choosing;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Silence;

/// <summary>That a service fell silent, told like a finding: who wants to act unseen begins with the sensors.</summary>
public static class SilenceAnnouncement
{
    /// <summary>Name of the event.</summary>
    public const string EventName = "sensor_silence";

    /// <summary>Number of the event.</summary>
    public const int EventId = DisabledAnnouncement.EventId - 1;

    /// <summary>Id under which it is told; no signature can have it.</summary>
    public const string Id = "MESH-2";

    private static readonly LoadedSignature Teller = new(
        () => throw new InvalidOperationException("the detector itself tells this"),
        new SignatureMetadata(Id, EventName)
        {
            Name = "A service of the mesh fell silent",
            Description = "A service missed three heartbeats without having said that it stops. What it should have seen or judged meanwhile is missing or late.",
            Severity = Severity.High,
            Category = "defense-evasion",
            Technique = "Impair Defenses",
            ExternalId = "T1562",
        },
        [],
        false,
        [],
        Guid.Empty,
        EventId,
        SignatureSettings.Default,
        new SignatureCounts());

    /// <summary>Writes it. The same last heartbeat gives the same id, whoever tells.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="last">The last heartbeat of the service.</param>
    /// <param name="now">The time.</param>
    public static Finding Write(FindingWriter writer, Heartbeat last, DateTimeOffset now)
    {
        var e = new Event();
        e.Reset(new EventDefinition(EventId, EventName, []), EventFrameHeader.Empty with { Node = last.Node, HostName = last.Node });
        e.Context.Timestamp = (now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        e.Context.Sequence = Hash.Of(Encoding.UTF8.GetBytes($"{last.Service}\0{last.Instance}\0{last.Started}\0{last.Timestamp}"));
        e.Context.Syscall = -1;
        e.Context.HostName = Utf8Text.From(last.Node);
        return writer.Write(
            Teller,
            e,
            ordinal: 0,
            [("service", last.Service), ("instance", last.Instance), ("pid", (long)last.Pid), ("last_state", last.State), ("last_heartbeat", last.Timestamp)],
            Completeness.Complete,
            []);
    }
}
