namespace TraceeMesh.Bus;

/// <summary>The bounds of one subscription. What finds no room is dropped, newest first, and counted.</summary>
public sealed record BusSubscriptionOptions
{
    /// <summary>What the client library may hold for a subscription before the delivery thread takes it.</summary>
    internal const int NativeLimit = 65536;

    /// <summary>The bounds used when none are given.</summary>
    public static BusSubscriptionOptions Default { get; } = new();

    /// <summary>Members of one queue group share the messages: each goes to one of them.</summary>
    public string? QueueGroup { get; init; }

    /// <summary>How many messages wait for the reader.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>How many bytes wait for the reader; one message always finds room.</summary>
    public long MaxBytes { get; init; } = 64 << 20;
}
