namespace TraceeMesh.Bus;

/// <summary>How a reader pulls.</summary>
public sealed record PullOptions
{
    /// <summary>The options used when none are given.</summary>
    public static PullOptions Default { get; } = new();

    /// <summary>How many messages one request asks for. The next is sent when half have come, so up to one and a half of it wait for the reader.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>How often the bus says that it is there when it has no message. After two and a half of these in silence the consumer is looked up.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one request stands before it is renewed.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromSeconds(30);
}
