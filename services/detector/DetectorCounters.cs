using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Detector;

/// <summary>What a detector counts.</summary>
public sealed class DetectorCounters(ServiceCounters counters)
{
    private readonly long[] _waiting = new long[Partitioning.Partitions];

    public ServiceCounter FramesJudged { get; } = counters.Counter("frames_judged", "Event frames judged");

    public ServiceCounter FramesSkipped { get; } = counters.Counter("frames_skipped", "Event frames that had been judged before");

    public ServiceCounter FramesBad { get; } = counters.Counter("frames_bad", "Event frames that could not be decoded and were put aside");

    public ServiceCounter EventsJudged { get; } = counters.Counter("events_judged", "Events judged");

    public ServiceCounter EventsUnknown { get; } = counters.Counter("events_unknown", "Events of a kind this detector does not know, which no signature can select");

    public ServiceCounter EventsRepeated { get; } = counters.Counter("events_repeated", "Events passed over because they had come before, in other frames");

    public ServiceCounter EventsLost { get; } = counters.Counter("events_lost", "Events lost between enricher and detector");

    public ServiceCounter Evaluations { get; } = counters.Counter("evaluations", "Events handed to signatures");

    public ServiceCounter SignatureErrors { get; } = counters.Counter("signature_errors", "Exceptions that left a signature");

    public ServiceCounter ChainsCut { get; } = counters.Counter("chains_cut", "Findings that no signature sees, since they are the last of a chain");

    public ServiceCounter StateEvicted { get; } = counters.Counter("state_evicted", "Entries that signatures kept and that made room for others");

    public ServiceCounter StateRefused { get; } = counters.Counter("state_refused", "Uses of a signature's state for an event that is not being judged");

    public ServiceCounter SignaturesAbandoned { get; } = counters.Counter("signatures_abandoned", "Signatures that did not come back and were disabled");

    public ServiceCounter FindingsStored { get; } = counters.Counter("findings_stored", "Findings that the findings stream acknowledged");

    public ServiceCounter FindingsRepeated { get; } = counters.Counter("findings_repeated", "Findings that the findings stream had already");

    public ServiceCounter FindingsRetried { get; } = counters.Counter("findings_retried", "Attempts to store a finding that were not acknowledged");

    public ServiceCounter FindingsRefused { get; } = counters.Counter("findings_refused", "Findings not taken: beyond the limit for one event, or on an event not being judged");

    public ServiceCounter FindingsSuppressed { get; } = counters.Counter("findings_suppressed", "Findings that an exception in signatures.yaml kept back");

    public ServiceCounter FindingsShortened { get; } = counters.Counter("findings_shortened", "Findings that exceeded the bus's message size and lost their data");

    public ServiceCounter SilencesTold { get; } = counters.Counter("silences_told", "Services that fell silent, told as a finding");

    public ServiceCounter LeasesTaken { get; } = counters.Counter("leases_taken", "Partitions taken");

    public ServiceCounter LeasesGivenBack { get; } = counters.Counter("leases_given_back", "Partitions given back because another detector is to judge them");

    public ServiceCounter LeasesLost { get; } = counters.Counter("leases_lost", "Partitions that another detector took");

    public ServiceCounter ConsumersMade { get; } = counters.Counter("consumers_made", "Consumers of the events stream made, the first of each lease included");

    public ServiceCounter DeadLettersLost { get; } = counters.Counter("dead_letters_lost", "Undecodable frames that could not be put aside either");

    /// <summary>Says how many frames wait behind the one in hand; a partition given up has none that wait for this detector.</summary>
    public void Waiting(int partition, long frames) => Volatile.Write(ref _waiting[partition], frames);

    /// <summary>Adds the sum of what waits.</summary>
    public void AddWaiting() => counters.Gauge("frames_waiting", "Event frames of the partitions of this detector that are not judged yet", () => _waiting.Sum());
}
