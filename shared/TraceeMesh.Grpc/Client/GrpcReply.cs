namespace TraceeMesh.Grpc;

/// <summary>What came of a call.</summary>
/// <typeparam name="T">Type of the message.</typeparam>
/// <param name="Message">The message, where <see cref="IsOk"/>.</param>
/// <param name="Code">The server's status; meaningless where there is a <paramref name="Fault"/>.</param>
/// <param name="Fault">Why no reply could be read.</param>
/// <param name="Detail">What went wrong, for people; empty where nothing did.</param>
public readonly record struct GrpcReply<T>(T? Message, GrpcStatusCode Code, TransportFault Fault, string Detail)
    where T : class
{
    /// <summary>Whether there is a message.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Message))]
    public bool IsOk => Message is not null;

    internal static GrpcReply<T> Of(T message) => new(message, GrpcStatusCode.Ok, TransportFault.None, "");

    internal static GrpcReply<T> Refused(GrpcStatusCode code, string detail) => new(null, code, TransportFault.None, detail);

    internal static GrpcReply<T> Failed(TransportFault fault, string detail) => new(null, GrpcStatusCode.Unknown, fault, detail);
}
