using TraceeMesh.Grpc;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>Where a write comes from, for the audit.</summary>
/// <param name="Method">What was called.</param>
/// <param name="Peer">Who called, as an address.</param>
/// <param name="EndedAs">The status of a call that its client ended; null while it goes on.</param>
public sealed record WriteOrigin(string Method, string Peer, Func<GrpcStatusCode?> EndedAs)
{
    /// <summary>That of a gRPC call.</summary>
    public static WriteOrigin Of(GrpcCall call) => new(call.Method, call.Peer, () => call.Cancellation.IsCancellationRequested ? call.CancellationCode : null);
}
