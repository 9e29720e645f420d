using System.Net;
using System.Text.Json.Nodes;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>Who may see and do what in the console.</summary>
public sealed class ConsoleAccessTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private NatsServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await NatsServer.StartAsync();
        await File.WriteAllTextAsync(_directory["policy.yaml"], $"""
            principals:
              operator:
                tokens: [{AccessPolicy.HashOf("operator-token")}]
                write: [e2e_inst/demo]
                list: ["*"]
              guest:
                tokens: [{AccessPolicy.HashOf("guest-token")}]
                list: [e2e_inst/*]
            """);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Console_BeyondThisMachine_WithoutTls_AnswersProbesAlone(bool hasPolicy)
    {
        var port = Ports.Free();
        using var service = await DataSourceApiProcess.StartAsync(_server, "a", ["--http", $"0.0.0.0:{port}", .. hasPolicy ? ["--access", _directory["policy.yaml"]] : Array.Empty<string>()]);
        using var console = new ConsoleClient(port, hasPolicy ? "operator-token" : null);

        foreach (var path in new[] { "/", "/api/v1/findings", "/api/v1/session", "/metrics" })
        {
            using var refused = await console.SendAsync(HttpMethod.Get, path);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var healthy = await console.SendAsync(HttpMethod.Get, "/healthz");
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
        Assert.Contains("only /healthz and /readyz answer there", service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_WithoutAnonymous_WantsSignIn_AndGivesWhatThePrincipalMay()
    {
        using var service = await DataSourceApiProcess.StartAsync(_server, "a", "--access", _directory["policy.yaml"]);
        using var stranger = new ConsoleClient(service.Http);
        using var guest = new ConsoleClient(service.Http, "guest-token");
        using var op = new ConsoleClient(service.Http, "operator-token");
        const string pair = """{"namespace":"e2e_inst","id":"demo","key":"a","value":"1"}""";

        foreach (var path in new[] { "session", "live", "findings", "findings/1", "mesh", "signatures", "sources", "entries" })
        {
            using var refused = await stranger.SendAsync(HttpMethod.Get, $"/api/v1/{path}");
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var page = await stranger.SendAsync(HttpMethod.Get, "/");
        using var byGuest = await guest.SendAsync(HttpMethod.Put, "/api/v1/entries", pair);
        using var byOperator = await op.SendAsync(HttpMethod.Put, "/api/v1/entries", pair);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.OK), (page.StatusCode, byGuest.StatusCode, byOperator.StatusCode));
        var seen = Assert.Single((await guest.GetAsync("/api/v1/sources"))["sources"]!.AsArray())!;
        Assert.Equal(("demo", false, false), ((string)seen["id"]!, (bool)seen["mayWrite"]!, (bool)seen["mayRead"]!));
    }

    [Fact]
    public async Task SignIn_GivesACookie_ThatNoScriptReads_AndThatSurvivesARestart()
    {
        string cookie;
        using (var service = await DataSourceApiProcess.StartAsync(_server, "a", "--access", _directory["policy.yaml"]))
        {
            using var console = new ConsoleClient(service.Http);
            using var wrong = await console.SendAsync(HttpMethod.Post, "/api/v1/session", """{"token":"guessed"}""");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);

            using var right = await console.SendAsync(HttpMethod.Post, "/api/v1/session", """{"token":"guest-token"}""");
            Assert.Equal("guest", (string?)JsonNode.Parse(await right.Content.ReadAsStringAsync())!["principal"]);
            var set = Assert.Single(right.Headers.GetValues("Set-Cookie"));
            Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
            cookie = set.Split(';')[0];
        }

        using var again = await DataSourceApiProcess.StartAsync(_server, "a", "--access", _directory["policy.yaml"]);
        using var later = new ConsoleClient(again.Http);
        using var session = await later.SendAsync(HttpMethod.Get, "/api/v1/session", null, ("Cookie", cookie));
        Assert.Equal("""{"principal":"guest","canSignOut":true}""", await session.Content.ReadAsStringAsync());
    }
}
