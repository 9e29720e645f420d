using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TraceeMesh.Grpc;

/// <summary>Puts gRPC on addresses of its own: they serve gRPC and nothing else, and no other address does.</summary>
public static class GrpcEndpoints
{
    /// <summary>Makes an address one of gRPC.</summary>
    /// <param name="listen">The address.</param>
    public static void UseGrpc(this ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => connection =>
        {
            connection.Features.Set(Mark.Instance);
            return next(connection);
        });
    }

    /// <summary>Answers what comes on those addresses; the rest goes on.</summary>
    /// <param name="web">The application.</param>
    /// <param name="server">Who answers.</param>
    public static void UseGrpc(this IApplicationBuilder web, GrpcServer server) =>
        web.Use(next => http => http.Features.Get<Mark>() is null ? next(http) : server.HandleAsync(http));

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
