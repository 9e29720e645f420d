namespace TraceeMesh.Grpc;

/// <summary>The bounds of a server.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>The largest message taken from a client, before and after decompression.</summary>
    public int MaxReceiveBytes { get; init; } = MessageFrame.DefaultMaxBytes;

    /// <summary>A reply below this size is not compressed, whatever the client offers.</summary>
    public int CompressFromBytes { get; init; } = 1024;

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
