namespace TraceeMesh.Bus;

/// <summary>The counters of a frame publisher, cumulative but for the first two.</summary>
/// <param name="WaitingFrames">Frames not yet acknowledged.</param>
/// <param name="WaitingBytes">Bytes not yet acknowledged.</param>
/// <param name="Settled">Frames acknowledged.</param>
/// <param name="Duplicates">Of these, frames the stream had stored already.</param>
/// <param name="Resent">Frames sent again.</param>
/// <param name="GoneBack">How often it went back to the oldest frame not acknowledged.</param>
/// <param name="ForeignAcks">Acknowledgements of another stream or domain than the one configured.</param>
/// <param name="LateAcks">Acknowledgements of an earlier attempt.</param>
/// <param name="LastFailure">Why it went back the last time.</param>
public readonly record struct FramePublisherStatistics(
    int WaitingFrames,
    long WaitingBytes,
    long Settled,
    long Duplicates,
    long Resent,
    long GoneBack,
    long ForeignAcks,
    long LateAcks,
    string? LastFailure);
