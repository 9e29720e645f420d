using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>The static files of the console, which lie in the assembly. Every page is the same document; its script shows what the address names.</summary>
internal sealed class ConsolePages
{
    private const string Prefix = "console/";
    private const string Document = "index.html";

    // First segments of the addresses that the script knows.
    private static readonly HashSet<string> Pages = ["", "findings", "mesh", "signatures", "containers", "processes", "dns", "sources"];

    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private readonly FrozenDictionary<string, Asset> _assets = Load().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Adds them.</summary>
    public void Map(WebApplication web) => web.MapMethods("/{**path}", [HttpMethods.Get, HttpMethods.Head], Serve);

    private static Dictionary<string, Asset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var assets = new Dictionary<string, Asset>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            assets.Add(name[Prefix.Length..], new Asset(content, ContentTypes[Path.GetExtension(name)], $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\""));
        }

        return assets;
    }

    private Task Serve(HttpContext http)
    {
        var path = http.Request.Path.Value!.TrimStart('/');
        var name = Pages.Contains(path.Split('/')[0]) ? Document : path;
        if (path == Document || !_assets.TryGetValue(name, out var asset))
        {
            throw new ConsoleException(StatusCodes.Status404NotFound, "not_found", "there is no such page");
        }

        // Always asked for, seldom sent: a service that was replaced is never met with yesterday's script.
        http.Response.Headers.CacheControl = "no-cache";
        http.Response.Headers.ETag = asset.Tag;
        if (http.Request.Headers.IfNoneMatch == asset.Tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        http.Response.ContentType = asset.ContentType;
        http.Response.ContentLength = asset.Content.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(asset.Content, 0, asset.Content.Length, http.RequestAborted);
    }

    private sealed record Asset(byte[] Content, string ContentType, string Tag);
}
