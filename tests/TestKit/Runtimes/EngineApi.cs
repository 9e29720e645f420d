using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>The part of Docker's Engine API that tests drive; podman speaks it as well.</summary>
internal sealed class EngineApi(string socket) : IDisposable
{
    private const string Version = "v1.41";

    /// <summary>The limits are spelled out: what a runtime takes by default may be more than this machine grants.</summary>
    private const string Ulimits = """[{"Name":"nofile","Soft":1024,"Hard":1024},{"Name":"nproc","Soft":1024,"Hard":8192}]""";

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
            return new NetworkStream(client, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri($"http://engine/{Version}/"),
    };

    public async Task LoadAsync(string archive)
    {
        await using var file = File.OpenRead(archive);
        using var content = new StreamContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        await SendAsync(HttpMethod.Post, "images/load", content);
    }

    public async Task<string> CreateAsync(string name, string image, string cgroupParent, IReadOnlyList<string> command)
    {
        var request = new JsonObject
        {
            ["Image"] = image,
            ["Cmd"] = new JsonArray([.. command.Select(c => (JsonNode)c)]),
            ["HostConfig"] = new JsonObject { ["NetworkMode"] = "none", ["CgroupParent"] = cgroupParent, ["Ulimits"] = JsonNode.Parse(Ulimits) },
        };
        return (string)JsonNode.Parse(await SendAsync(HttpMethod.Post, $"containers/create?name={name}", Json(request)))!["Id"]!;
    }

    public Task StartAsync(string id) => SendAsync(HttpMethod.Post, $"containers/{id}/start");

    public async Task RemoveAsync(string id)
    {
        // Podman refuses to kill a container that is ending by itself: that one is waited for.
        var path = $"containers/{id}?force=true";
        var (status, body) = await AskAsync(HttpMethod.Delete, path);
        if (status == HttpStatusCode.InternalServerError && body.Contains("container state improper", StringComparison.Ordinal))
        {
            await SendAsync(HttpMethod.Post, $"containers/{id}/wait");
            await SendAsync(HttpMethod.Delete, path);
            return;
        }

        AssertOk(HttpMethod.Delete, path, status, body);
    }

    /// <summary>Runs a program in a container to its end.</summary>
    public async Task ExecAsync(string id, IReadOnlyList<string> command)
    {
        var request = new JsonObject { ["AttachStdout"] = true, ["AttachStderr"] = true, ["Cmd"] = new JsonArray([.. command.Select(c => (JsonNode)c)]) };
        var exec = (string)JsonNode.Parse(await SendAsync(HttpMethod.Post, $"containers/{id}/exec", Json(request)))!["Id"]!;
        var output = await SendAsync(HttpMethod.Post, $"exec/{exec}/start", Json(new JsonObject { ["Detach"] = false, ["Tty"] = false }));
        var code = (int)JsonNode.Parse(await SendAsync(HttpMethod.Get, $"exec/{exec}/json"))!["ExitCode"]!;
        Assert.True(code == 0, $"{string.Join(' ', command)} in {id} exited with {code}: {output}");
    }

    /// <summary>The digest under which the image is known, or empty.</summary>
    public async Task<string> DigestAsync(string image) =>
        JsonNode.Parse(await SendAsync(HttpMethod.Get, $"images/{image}/json"))!["RepoDigests"] is JsonArray { Count: > 0 } digests ? (string)digests[0]! : "";

    public Task PushAsync(string image, string tag) => TransferAsync($"images/{image}/push?tag={tag}");

    public Task PullAsync(string image, string tag) => TransferAsync($"images/create?fromImage={image}&tag={tag}");

    public Task RemoveImageAsync(string image) => SendAsync(HttpMethod.Delete, $"images/{image}");

    public void Dispose() => _client.Dispose();

    // It answers 200 and tells a failure in what follows. The empty credentials are an empty object.
    private async Task TransferAsync(string path)
    {
        using var content = new StringContent("");
        content.Headers.Add("X-Registry-Auth", "e30=");
        var progress = await SendAsync(HttpMethod.Post, path, content);
        Assert.DoesNotContain("\"error\"", progress, StringComparison.Ordinal);
    }

    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private async Task<string> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        var (status, body) = await AskAsync(method, path, content);
        AssertOk(method, path, status, body);
        return body;
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static void AssertOk(HttpMethod method, string path, HttpStatusCode status, string body) =>
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {(int)status} {body}");
}
