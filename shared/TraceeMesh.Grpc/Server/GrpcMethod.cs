using System.IO.Pipelines;
using Google.Protobuf;

namespace TraceeMesh.Grpc;

/// <summary>A method: reads what its kind of client sends, and writes what its handler answers.</summary>
/// <param name="input">What the client sends.</param>
/// <param name="options">The bounds.</param>
/// <param name="gzip">Whether messages of the client may be compressed.</param>
/// <param name="writer">Where replies go.</param>
/// <param name="call">The call.</param>
internal delegate Task GrpcMethod(PipeReader input, GrpcServerOptions options, bool gzip, GrpcReplyWriter writer, GrpcCall call);
