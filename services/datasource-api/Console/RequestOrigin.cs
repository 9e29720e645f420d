using System.Net;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Whether a request comes from the page itself. What other sites make a browser send is refused, and so is a name that was bent to this address.</summary>
internal static class RequestOrigin
{
    /// <summary>Checks a request.</summary>
    /// <exception cref="ConsoleException">It is not ours.</exception>
    public static void Check(HttpRequest request)
    {
        // A name that an attacker lets resolve to this address stays in the Host header. Addresses cannot be bent so, nor can a name that
        // the certificate has.
        if (!request.IsHttps && !IsAddress(request.Host) && !request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            throw Refusal("the console answers to an address or to localhost, and over TLS to any name of its certificate");
        }

        if (request.Headers.Origin is { Count: > 0 } origin && origin.ToString() != $"{request.Scheme}://{request.Host}")
        {
            throw Refusal("the request comes from another site");
        }

        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() is not ("same-origin" or "none") && !IsFollowedLink(request))
        {
            throw Refusal("the request comes from another site");
        }
    }

    // Whoever follows a link to a page of the console gets the page, whose own requests come from here.
    private static bool IsFollowedLink(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api")
        && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";

    private static bool IsAddress(HostString host) => IPAddress.TryParse(host.Host, out _);

    private static ConsoleException Refusal(string reason) => new(StatusCodes.Status403Forbidden, "foreign", $"refused: {reason}");
}
