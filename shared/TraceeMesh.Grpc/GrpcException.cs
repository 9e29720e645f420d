using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using TraceeMesh.Grpc.Details;

namespace TraceeMesh.Grpc;

/// <summary>A call ends with this status. A handler throws it; whatever else it throws becomes <see cref="GrpcStatusCode.Unknown"/> without a word about it.</summary>
/// <param name="code">The status.</param>
/// <param name="message">For the caller.</param>
public sealed class GrpcException(GrpcStatusCode code, string message) : Exception(message)
{
    /// <summary>The status.</summary>
    public GrpcStatusCode Code { get; } = code;

    /// <summary>More about it for programs, as <c>google.rpc.Status</c> in the trailer <c>grpc-status-details-bin</c>; empty without.</summary>
    public ReadOnlyMemory<byte> Details { get; private init; }

    /// <summary>A status with a <c>google.rpc.ErrorInfo</c>.</summary>
    /// <param name="code">The status.</param>
    /// <param name="message">For the caller.</param>
    /// <param name="reason">What is the matter, in UPPER_SNAKE_CASE.</param>
    /// <param name="domain">Whose reasons these are.</param>
    /// <param name="metadata">More about it.</param>
    public static GrpcException WithInfo(GrpcStatusCode code, string message, string reason, string domain, IReadOnlyDictionary<string, string> metadata)
    {
        var info = new ErrorInfo { Reason = reason, Domain = domain };
        foreach (var (name, value) in metadata)
        {
            info.Metadata.Add(name, value);
        }

        var status = new Status { Code = (int)code, Message = message, Details = { Any.Pack(info) } };
        return new GrpcException(code, message) { Details = status.ToByteArray() };
    }
}
