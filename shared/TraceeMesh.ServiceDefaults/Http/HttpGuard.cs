using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace TraceeMesh.ServiceDefaults.Http;

/// <summary>
/// Who may ask the HTTP address of a service: everybody how it is (<c>/healthz</c>, <c>/readyz</c>); for the rest who shows the
/// token where there is one, and beyond loopback nobody without TLS and a token, unless the operator insists.
/// </summary>
/// <param name="address">The address.</param>
/// <param name="isEncrypted">Whether it speaks TLS.</param>
/// <param name="token">The token; null where none is asked for.</param>
/// <param name="isInsecure">Whether the operator insists.</param>
/// <param name="signsIn">Whether what answers behind it, but for <c>/metrics</c>, asks by itself who somebody is.</param>
internal sealed class HttpGuard(IPEndPoint address, bool isEncrypted, string? token, bool isInsecure, bool signsIn = false)
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";
    private const string Metrics = "/metrics";

    private readonly byte[]? _hash = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Whether nobody is answered but probes.</summary>
    public bool IsClosed => IsClosedTo(signsIn);

    /// <summary>Says that connections to this address are guarded; other addresses of the server have guards of their own.</summary>
    public void Mark(IConnectionBuilder listen) => listen.Use(next => connection =>
    {
        connection.Items[this] = null;
        return next(connection);
    });

    /// <summary>Lets a request through, or answers it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">Who answers it.</param>
    public Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(this) != true || context.Request.Path.Value is "/healthz" or "/readyz")
        {
            return next(context);
        }

        var asksItself = signsIn && context.Request.Path.Value != Metrics;
        if (IsClosedTo(asksItself))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync("beyond loopback this wants TLS and a token: --http-certificate, --http-token-file; or --insecure yes\n");
        }

        if (_hash is not null && !asksItself && !Shows(context.Request.Headers.Authorization.ToString()))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"TraceeMesh\"";
            return context.Response.WriteAsync("the token is wanted, as a bearer token or as the password\n");
        }

        return next(context);
    }

    private bool IsClosedTo(bool asksItself) => !IPAddress.IsLoopback(address.Address) && !isInsecure && (!isEncrypted || (_hash is null && !asksItself));

    private static string? TokenIn(string header)
    {
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return header[Bearer.Length..].Trim();
        }

        // A browser asks its user for a name and a password, and knows of no bearers.
        var pair = new byte[header.Length];
        return header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) && Convert.TryFromBase64String(header[Basic.Length..].Trim(), pair, out var length)
            && pair.AsSpan(0, length).IndexOf((byte)':') is >= 0 and var colon
            ? Encoding.UTF8.GetString(pair.AsSpan(colon + 1, length - colon - 1))
            : null;
    }

    // Hashes are compared: how long it takes tells nothing of the token.
    private bool Shows(string header) =>
        TokenIn(header) is { } shown && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown)), _hash);
}
