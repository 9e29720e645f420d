using System.Net;
using System.Security.Cryptography;
using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Forwarding;

/// <summary>Where findings are forwarded to, and as whom.</summary>
/// <param name="Target">Where each is posted.</param>
/// <param name="Name">Name of the position that is kept on the bus.</param>
/// <param name="AsLogRecords">Whether they are posted as OTLP log records.</param>
/// <param name="Token">The bearer token; null for none.</param>
internal sealed record ForwardOptions(Uri Target, string Name, bool AsLogRecords, string? Token)
{
    /// <summary>The variable that holds the token where no file does.</summary>
    public const string TokenVariable = "TRACEEMESH_FORWARD_TOKEN";

    // Enough of the hash that two addresses of one operator do not share a position.
    private const int NameDigits = 12;

    /// <summary>Reads what the command line says.</summary>
    /// <exception cref="CommandException">It cannot be used.</exception>
    public static ForwardOptions Read(string url, string? name, string? format, string? tokenFile, Func<string, string?> environment)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
        {
            throw Refusal("--forward wants an address such as https://siem.example/findings");
        }

        if (target.UserInfo.Length > 0)
        {
            throw Refusal($"--forward: an address is seen by everybody on this machine; give the secret with --token-file or {TokenVariable}");
        }

        var asLogRecords = format switch
        {
            null or "json" => false,
            "otlp" => true,
            _ => throw Refusal($"--format {format}: json or otlp"),
        };
        var token = tokenFile is not null ? ReadToken(tokenFile) : environment(TokenVariable) is { Length: > 0 } given ? given.Trim() : null;
        if (token is not null && target.Scheme == "http" && !IsLoopback(target))
        {
            throw Refusal($"--forward {target.GetLeftPart(UriPartial.Path)}: a token does not travel beyond this machine without TLS; give an https address");
        }

        if (name is not null && Subjects.Safe(name) != name)
        {
            throw Refusal($"--name {name}: letters, digits, - and _");
        }

        if (asLogRecords && target.AbsolutePath == "/")
        {
            target = new Uri(target, "/v1/logs");
        }

        return new ForwardOptions(target, name ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target.AbsoluteUri)))[..NameDigits], asLogRecords, token);
    }

    private static bool IsLoopback(Uri target) => target.IsLoopback || (IPAddress.TryParse(target.Host, out var address) && IPAddress.IsLoopback(address));

    private static string ReadToken(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : throw Refusal($"--token-file {file}: it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refusal($"--token-file {file}: {e.Message}");
        }
    }

    private static CommandException Refusal(string message) => new(ExitCode.Usage, message);
}
