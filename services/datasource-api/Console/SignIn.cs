using System.Text.Json;
using TraceeMesh.DataSourceApi.Access;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Who a request is from: a token in the header or, once a person has signed in, in a cookie that no script can read and no other site makes the browser send.</summary>
/// <param name="policy">Who may do what.</param>
internal sealed class SignIn(AccessPolicy policy)
{
    private const string Cookie = "traceemesh";
    private const int MaxToken = 1024;

    /// <summary>Who asks.</summary>
    /// <exception cref="ConsoleException">401: nobody knows.</exception>
    public Principal Authenticate(HttpRequest request)
    {
        if (request.Headers.Authorization is { Count: > 0 } header)
        {
            var text = header.ToString();
            return text.StartsWith(AccessPolicy.Scheme, StringComparison.OrdinalIgnoreCase) && policy.FindByToken(text[AccessPolicy.Scheme.Length..].Trim()) is { } byHeader
                ? byHeader
                : throw Unknown("the token is not known here");
        }

        if (request.Cookies[Cookie] is { Length: > 0 and <= MaxToken } token && policy.FindByToken(token) is { } byCookie)
        {
            return byCookie;
        }

        return policy.Anonymous ?? throw Unknown("sign in with a token");
    }

    /// <summary>Adds <c>/api/v1/session</c>.</summary>
    public void Map(WebApplication web)
    {
        web.MapGet("/api/v1/session", http => ConsoleJson.Write(http, json => Describe(json, http)));
        web.MapPost("/api/v1/session", Begin);
        web.MapDelete("/api/v1/session", End);
    }

    private static CookieOptions Options(HttpContext http) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/" };

    private static ConsoleException Unknown(string message) => new(StatusCodes.Status401Unauthorized, "unauthenticated", message);

    private static Task End(HttpContext http)
    {
        http.Response.Cookies.Delete(Cookie, Options(http));
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task Begin(HttpContext http)
    {
        using var body = await ConsoleJson.Read(http);
        var token = ConsoleJson.Text(body.RootElement, "token");
        if (token.Length is 0 or > MaxToken || policy.FindByToken(token) is not { } principal)
        {
            throw Unknown("the token is not known here");
        }

        http.Response.Cookies.Append(Cookie, token, Options(http));
        await ConsoleJson.Write(http, json => json.WriteString("principal", principal.Name));
    }

    private void Describe(Utf8JsonWriter json, HttpContext http)
    {
        json.WriteString("principal", http.Caller().Name);
        json.WriteBoolean("canSignOut", !ReferenceEquals(http.Caller(), policy.Anonymous));
    }
}
