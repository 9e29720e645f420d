using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>Speaks to the console of a service as a page or a script does.</summary>
internal sealed class ConsoleClient : IDisposable
{
    private readonly HttpClient _http;

    public ConsoleClient(int port, string? token = null)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _http.SendAsync(request);
    }

    public async Task<JsonObject> GetAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)!.AsObject() : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }

    /// <summary>Reads a stream until it has seen enough.</summary>
    public async Task<IReadOnlyList<SseItem<string>>> FollowAsync(string path, Func<IReadOnlyList<SseItem<string>>, bool> enough, Func<Task>? once = null, params (string Name, string Value)[] headers)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
        var seen = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(patience.Token))
        {
            seen.Add(item);
            if (once is not null && item.EventType == "begin")
            {
                await once();
                once = null;
            }

            if (enough(seen))
            {
                break;
            }
        }

        return seen;
    }

    public static IReadOnlyList<long> Sequences(IEnumerable<SseItem<string>> items) =>
        [.. items.Where(i => i.EventType == "findings").SelectMany(i => JsonSerializer.Deserialize<JsonArray>(i.Data)!).Select(f => (long)f!["seq"]!)];

    public void Dispose() => _http.Dispose();
}
