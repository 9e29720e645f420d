using TraceeMesh.Detector.Engine;

namespace TraceeMesh.Replay.Judging;

/// <summary>What judging a capture came to.</summary>
public sealed record JudgeReport
{
    /// <summary>Raw frames read.</summary>
    public long Frames { get; init; }

    /// <summary>Raw frames that could not be read.</summary>
    public long BadFrames { get; init; }

    /// <summary>Records that could not be read.</summary>
    public long BadRecords { get; init; }

    /// <summary>Records read.</summary>
    public long Records { get; init; }

    /// <summary>Events judged.</summary>
    public long Events { get; init; }

    /// <summary>Events that are missing in the capture, and holes between its frames.</summary>
    public long Lost { get; init; }

    /// <summary>Findings made.</summary>
    public long Findings { get; init; }

    /// <summary>How it is with each signature.</summary>
    public IReadOnlyList<SignatureReport> Signatures { get; init; } = [];
}
