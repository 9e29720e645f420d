using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Detector.Choosing;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// That a signature was disabled, told like a finding: on the same subjects, in the same stream, in the same form. What is no longer
/// looked for must not look like what is not there.
/// </summary>
public static class DisabledAnnouncement
{
    /// <summary>Name of the event.</summary>
    public const string EventName = "signature_disabled";

    /// <summary>Number of the event, the last of those that signatures make.</summary>
    public const int EventId = 6999;

    /// <summary>Id under which it is told; no signature can have it.</summary>
    public const string Id = "MESH-1";

    private static readonly LoadedSignature Teller = new(
        () => throw new InvalidOperationException("the engine itself tells this"),
        new SignatureMetadata(Id, EventName)
        {
            Name = "A signature was disabled",
            Description = "A signature failed over and over, or did not come back from an event. It no longer sees events, and what it looks for is no longer found.",
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

    /// <summary>Writes it.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="signature">The signature that was disabled.</param>
    /// <param name="e">The event it was disabled on.</param>
    public static Finding Write(FindingWriter writer, LoadedSignature signature, Event e) => writer.Write(
        Teller,
        e,
        Ordinal(signature),
        [("signature_id", signature.Metadata.Id), ("signature_name", signature.Metadata.Name), ("signature_event", signature.Metadata.EventName), ("signature_version", signature.Metadata.Version), ("reason", signature.Reason)],
        Completeness.Complete,
        []);

    /// <summary>Where no event is being judged: one of the detector's own node, now.</summary>
    /// <param name="node">The detector's node.</param>
    /// <param name="now">The time.</param>
    public static Event EventOf(string node, DateTimeOffset now)
    {
        var e = new Event();
        e.Reset(new EventDefinition(EventId, EventName, []), EventFrameHeader.Empty with { Node = node, HostName = node });
        e.Context.Timestamp = (now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        e.Context.Sequence = (ulong)e.Context.Timestamp;
        e.Context.Syscall = -1;
        e.Context.HostName = Utf8Text.From(node);
        return e;
    }

    // Two signatures disabled on one event are two announcements.
    private static int Ordinal(LoadedSignature signature) => (int)(Hash.Of(Encoding.UTF8.GetBytes(signature.Metadata.Id)) & int.MaxValue);
}
