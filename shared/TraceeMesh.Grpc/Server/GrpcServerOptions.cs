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

    /// <summary>Told of each call of a method there is that ended before its handler ran: what came was no request, or not in time.</summary>
    public Action<GrpcCall, GrpcStatusCode, string>? Refused { get; init; }
}
