namespace TraceeMesh.Bus;

/// <summary>Where a frame publisher's frames belong, and its bounds.</summary>
/// <param name="Stream">The stream that must acknowledge; another's acknowledgement does not count.</param>
public sealed record FramePublisherOptions(string Stream)
{
    /// <summary>The JetStream domain that must acknowledge, if one is configured.</summary>
    public string? Domain { get; init; }

    /// <summary>Frames not yet acknowledged, sent or not; enqueuing one more waits.</summary>
    public int MaxFrames { get; init; } = 512;

    /// <summary>Bytes not yet acknowledged; enqueuing more waits. A single frame always finds room.</summary>
    public long MaxBytes { get; init; } = 32 << 20;

    /// <summary>After this time without an acknowledgement a frame and all behind it are sent again.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause before sending again.</summary>
    public TimeSpan RetryWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Headers of every frame, beside its id.</summary>
    public BusHeaders Headers { get; init; } = BusHeaders.MessagePack;
}
