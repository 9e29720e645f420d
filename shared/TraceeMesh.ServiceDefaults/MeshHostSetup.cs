using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TraceeMesh.ServiceDefaults;

/// <summary>What one service has beside the others.</summary>
public sealed record MeshHostSetup
{
    /// <summary>Which program it is, one of <see cref="Configuration.MeshPrograms"/>; the one called as the service when null.</summary>
    public string? Program { get; init; }

    /// <summary>Further settings of its web server.</summary>
    public Action<WebApplicationBuilder, MeshHost>? Builder { get; init; }

    /// <summary>Whether its own endpoints ask who somebody is: the token of <c>--http-token-file</c> is then asked for at <c>/metrics</c> alone.</summary>
    public Func<MeshOptions, bool>? SignsIn { get; init; }

    /// <summary>Its own endpoints.</summary>
    public Action<WebApplication, MeshHost>? Endpoints { get; init; }

    /// <summary>Its own answer to <c>/readyz</c>.</summary>
    public RequestDelegate? Ready { get; init; }
}
