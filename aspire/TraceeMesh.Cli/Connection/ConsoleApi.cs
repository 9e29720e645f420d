using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Connection;

/// <summary>The JSON API of datasource-api (docs/console.md), which knows all data sources and writes those it serves.</summary>
internal sealed class ConsoleApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;

    /// <summary>That of a mesh.</summary>
    /// <param name="url">Its address; null for the mesh of the state directory.</param>
    /// <param name="tokenFile">A file with a token, where a policy asks for one.</param>
    /// <param name="stateDirectory">The state directory, as given.</param>
    /// <exception cref="CommandException">There is none, or the token cannot be read.</exception>
    public ConsoleApi(string? url, string? tokenFile, string? stateDirectory)
    {
        var state = StateDirectory.Choose(stateDirectory);
        var address = url ?? (MeshFile.Read(state) is { } mesh ? $"http://{mesh.Http}" : null)
            ?? throw new CommandException(ExitCode.BusUnreachable, $"no mesh runs from {state.Path}: start one with ./mesh up, or name its console with --console");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new CommandException(ExitCode.Usage, $"--console {address}: http://HOST:PORT or https://HOST:PORT");
        }

        _http = new HttpClient { BaseAddress = uri, Timeout = Patience };
        if (tokenFile is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ReadToken(tokenFile));
        }
    }

    /// <summary>Asks, and reads the answer.</summary>
    /// <exception cref="CommandException">It does not answer, or refuses.</exception>
    public async Task<JsonDocument> AskAsync(HttpMethod method, string path, string? body, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            using var response = await _http.SendAsync(request, cancellation);
            var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
            if (response.IsSuccessStatusCode)
            {
                return answer;
            }

            using (answer)
            {
                throw Refused((int)response.StatusCode, answer.RootElement);
            }
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CommandException(ExitCode.Unavailable, $"datasource-api does not answer at {_http.BaseAddress}: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static CommandException Refused(int status, JsonElement answer)
    {
        var reason = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var error) && error.TryGetProperty("message", out var message) ? message.GetString() : null;
        return new CommandException(
            status switch
            {
                400 => ExitCode.KeyNotSupported,
                401 or 403 => ExitCode.NoPrivilege,
                404 or 405 => ExitCode.NotFound,
                _ => ExitCode.Unavailable,
            },
            reason ?? $"datasource-api answered {status}");
    }

    private static string ReadToken(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.Usage, $"--token-file {file}: {e.Message}", e);
        }
    }
}
