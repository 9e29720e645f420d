using TraceeMesh.Grpc;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>The answers of questions that brought no details.</summary>
internal static class RuntimeFailures
{
    /// <summary>No reply could be read.</summary>
    public static RuntimeAnswer Of(TransportFault fault, string detail) => new(
        fault switch
        {
            TransportFault.Forbidden => RuntimeStatus.Refused,
            TransportFault.Timeout => RuntimeStatus.Timeout,
            TransportFault.Malformed => RuntimeStatus.Malformed,
            TransportFault.TooLarge => RuntimeStatus.TooLarge,
            _ => RuntimeStatus.Unreachable,
        },
        Reason: BoundedText.Reason(detail));

    /// <summary>A call brought no message.</summary>
    public static RuntimeAnswer Of<T>(GrpcReply<T> reply)
        where T : class
    {
        if (reply.Fault != TransportFault.None)
        {
            return Of(reply.Fault, reply.Detail);
        }

        var status = reply.Code switch
        {
            GrpcStatusCode.NotFound => RuntimeStatus.NotFound,
            GrpcStatusCode.DeadlineExceeded or GrpcStatusCode.Cancelled => RuntimeStatus.Timeout,
            GrpcStatusCode.Unavailable => RuntimeStatus.Unreachable,
            _ => RuntimeStatus.Refused,
        };
        return new RuntimeAnswer(status, Reason: BoundedText.Reason($"{reply.Code}: {reply.Detail}"));
    }
}
