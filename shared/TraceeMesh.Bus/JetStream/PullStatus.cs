namespace TraceeMesh.Bus;

/// <summary>What a read from a pull consumer brought. Everything but <see cref="Message"/> is final until the consumer is restarted.</summary>
public enum PullStatus
{
    /// <summary>A message.</summary>
    Message,

    /// <summary>Deliveries are missing, and a consumer without acknowledgement does not repeat them: restart after the last sequence read.</summary>
    Gap,

    /// <summary>The bus does not know the consumer any more.</summary>
    ConsumerGone,

    /// <summary>The bus does not know the stream any more.</summary>
    StreamGone,

    /// <summary>The connection is closed or the consumer disposed.</summary>
    Closed,
}
