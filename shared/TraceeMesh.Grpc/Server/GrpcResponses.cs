using Google.Protobuf;

namespace TraceeMesh.Grpc;

/// <summary>The replies of a call, in order.</summary>
/// <typeparam name="T">Type of the replies.</typeparam>
public sealed class GrpcResponses<T>
    where T : class, IMessage<T>
{
    private readonly GrpcReplyWriter _writer;

    internal GrpcResponses(GrpcReplyWriter writer) => _writer = writer;

    /// <summary>Sends a reply; waits while the client does not read.</summary>
    /// <param name="message">The reply.</param>
    /// <param name="flush">False where another reply follows at once.</param>
    public ValueTask WriteAsync(T message, bool flush = true) => _writer.WriteAsync(message, flush);

    /// <summary>Sends the headers before there is a reply, so that the client knows that it is served.</summary>
    public ValueTask StartAsync() => _writer.StartAsync();
}
