using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TraceeMesh.ServiceDefaults;

/// <summary>What one service has beside the others.</summary>
public sealed record MeshHostSetup
{
    /// <summary>Its own flags, each with its environment variable without the prefix TRACEEMESH_.</summary>
    public IReadOnlyDictionary<string, string>? Flags { get; init; }

    /// <summary>Further settings of its web server.</summary>
    public Action<WebApplicationBuilder, MeshHost>? Builder { get; init; }

    /// <summary>Further settings of the address of <c>--http</c>, such as TLS.</summary>
    public Action<ListenOptions>? Http { get; init; }

    /// <summary>Its own endpoints.</summary>
    public Action<WebApplication, MeshHost>? Endpoints { get; init; }

    /// <summary>Its own answer to <c>/readyz</c>.</summary>
    public RequestDelegate? Ready { get; init; }
}
