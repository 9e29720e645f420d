using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TraceeMesh.DataSourceApi.Access;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>The address of the console: loopback, or, under the same rule as gRPC and with its certificate, any.</summary>
public static class ConsoleListener
{
    /// <summary>Configures the address.</summary>
    /// <param name="listen">The address.</param>
    /// <param name="certificate">That of gRPC; null without TLS.</param>
    /// <param name="strangers">Which addresses are refused.</param>
    public static void Configure(ListenOptions listen, X509Certificate2? certificate, StrangerRule strangers)
    {
        var address = listen.IPEndPoint!;
        strangers.Check("--http", address, "see what is found and write data sources");
        if (certificate is not null && !IPAddress.IsLoopback(address.Address))
        {
            listen.UseHttps(certificate);
        }
    }
}
