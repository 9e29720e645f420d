using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>The gRPC port: HTTP/2 without TLS, on loopback. It has no services yet, so each call is answered as gRPC says: UNIMPLEMENTED.</summary>
public static class GrpcEndpoint
{
    private const int Unimplemented = 12;

    /// <summary>Where it listens: <c>--grpc</c>, TRACEEMESH_GRPC_ADDRESS, 127.0.0.1:4466 by default.</summary>
    public static IPEndPoint Address(MeshOptions options) =>
        MeshOptions.ParseEndPoint("--grpc", options.Configuration["GRPC_ADDRESS"] ?? "127.0.0.1:4466");

    /// <summary>Adds the port.</summary>
    public static void Listen(WebApplicationBuilder builder, IPEndPoint address) =>
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http2));

    /// <summary>Answers calls.</summary>
    public static void Map(WebApplication web) => web.Use((context, next) =>
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) is not true)
        {
            return next(context);
        }

        // A reply without messages carries its status in the headers ("Trailers-Only").
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = $"{Unimplemented}";
        context.Response.Headers["grpc-message"] = $"unknown method {Uri.EscapeDataString(context.Request.Path.Value ?? "")}";
        return Task.CompletedTask;
    });
}
