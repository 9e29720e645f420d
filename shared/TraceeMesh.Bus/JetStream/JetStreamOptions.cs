namespace TraceeMesh.Bus;

/// <summary>Which JetStream is addressed, and how it keeps things.</summary>
public sealed record JetStreamOptions
{
    /// <summary>The JetStream domain; the one of the server connected to when absent.</summary>
    public string? Domain { get; init; }

    /// <summary>
    /// Whether what consumers deliver stays with the server connected to. It is then delivered to <c>_INBOX.*.node.&gt;</c>, which the configuration of
    /// a leaf node keeps from crossing: a delivery is a message like any other, and a subscriber of <c>&gt;</c> at the hub would draw it off the node.
    /// </summary>
    public bool StaysOnNode { get; init; }

    /// <summary>How many servers keep each stream this client creates; as the connection says when absent.</summary>
    public int? Replicas { get; init; }

    /// <summary>How long an API request or the acknowledgement of a publish may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
