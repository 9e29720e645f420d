namespace TraceeMesh.Bus;

/// <summary>A pull consumer: which messages of a stream, from where, and what the bus remembers of the reader.</summary>
/// <param name="Stream">Name of the stream.</param>
public sealed record ConsumerDefinition(string Stream)
{
    /// <summary>Its name; made up, and thereby private to this reader, when absent.</summary>
    public string? Name { get; init; }

    /// <summary>Only messages of this subject, wildcards allowed.</summary>
    public string? FilterSubject { get; init; }

    /// <summary>Whether messages are acknowledged.</summary>
    public AckPolicy AckPolicy { get; init; } = AckPolicy.None;

    /// <summary>Where it begins.</summary>
    public ConsumerStart Start { get; init; } = ConsumerStart.All;

    /// <summary>The bus deletes it when nobody pulled for this long; never when null, for a consumer with a name only.</summary>
    public TimeSpan? InactiveThreshold { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>When a message that is not acknowledged is delivered again.</summary>
    public TimeSpan AckWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many messages may be delivered and not acknowledged.</summary>
    public int MaxAckPending { get; init; } = 1024;

    /// <summary>Deliver headers without payloads.</summary>
    public bool HeadersOnly { get; init; }
}
