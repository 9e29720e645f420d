using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace TraceeMesh.Grpc;

/// <summary>One call, as its handler sees it.</summary>
public sealed class GrpcCall
{
    private readonly HttpContext _http;

    internal GrpcCall(HttpContext http, GrpcMetadata requestHeaders, CancellationToken cancellation)
    {
        _http = http;
        RequestHeaders = requestHeaders;
        Cancellation = cancellation;
    }

    /// <summary>Path of the method: <c>/package.Service/Method</c>.</summary>
    public string Method => _http.Request.Path.Value ?? "";

    /// <summary>Where the call comes from; <c>unix</c> for a unix socket.</summary>
    public string Peer => _http.Connection.RemoteIpAddress is { } address ? $"{address}:{_http.Connection.RemotePort}" : "unix";

    /// <summary>The certificate that the client proved to own; none without TLS.</summary>
    public X509Certificate2? ClientCertificate => _http.Connection.ClientCertificate;

    /// <summary>What the client sent beside its messages.</summary>
    public GrpcMetadata RequestHeaders { get; }

    /// <summary>Sent before the first reply; what is added later goes nowhere.</summary>
    public GrpcMetadata ResponseHeaders { get; } = new();

    /// <summary>Sent behind the last reply.</summary>
    public GrpcMetadata ResponseTrailers { get; } = new();

    /// <summary>Ends the call: the client has gone or given up, the deadline is over, or the server stops.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The status of a call that <see cref="Cancellation"/> ends: CANCELLED, or DEADLINE_EXCEEDED.</summary>
    public GrpcStatusCode CancellationCode { get; internal set; } = GrpcStatusCode.Cancelled;

    /// <summary>Whether its handler has begun.</summary>
    internal bool IsHandled { get; set; }
}
