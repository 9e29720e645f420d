using System.Text;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Containers.Runtimes.Docker;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

public sealed class DockerRuntimeTests
{
    private const string Id = "4f5f4c264480787ba23a7ad0e591698451096411181070f7f2c396f8a1db1630";
    private const string ImageId = "sha256:11eeb62d8f9b3bd4d03664087b70333dcd64092cdb3ddb182155f6ac83d4d4c3";
    private const string Container = $$$"""
        [{"Id":"{{{Id}}}","Names":["/web/cart","/cart-0"],"Image":"shop/cart:1.4.2","ImageID":"{{{ImageId}}}","Labels":{"app":"cart","io.kubernetes.pod.name":"cart-pod",
        "io.kubernetes.pod.namespace":"shop","io.kubernetes.pod.uid":"u-1","io.kubernetes.docker.type":"sandbox"},"State":"running"}]
        """;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Ask_KnownContainer_HasItsDetails()
    {
        await using var engine = Engine(Container, """{"RepoTags":["other:1","shop/cart:1.4.2"],"RepoDigests":["other@sha256:aa","shop/cart@sha256:bb"]}""");

        var answer = await AskAsync(engine.Path);

        Assert.Equal(RuntimeStatus.Found, answer.Status);
        var details = answer.Details!;
        Assert.Equal(("cart-0", "shop/cart:1.4.2", "shop/cart@sha256:bb"), (details.Name, details.Image, details.ImageDigest));
        Assert.Equal(("cart-pod", "shop", "u-1", true), (details.PodName, details.PodNamespace, details.PodUid, details.PodSandbox));
        Assert.Equal("cart", details.Labels["app"]);
        Assert.All(engine.Requests, r => Assert.StartsWith("GET ", r, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("shop/cart", """["other:1","shop/cart:latest"]""", "shop/cart:latest")]
    [InlineData("shop/cart", """["other:1"]""", "shop/cart")]
    [InlineData("11eeb62d8f9b", """["other:1"]""", "other:1")]
    [InlineData(ImageId, """["other:1"]""", "other:1")]
    [InlineData(ImageId, "[]", ImageId)]
    [InlineData("shop/cart:1", "null", "shop/cart:1")]
    public async Task Ask_ImageNamedInManyWays_HasTheNameItsUserMeant(string given, string tags, string expected)
    {
        await using var engine = Engine(Container.Replace("shop/cart:1.4.2", given, StringComparison.Ordinal), $$"""{"RepoTags":{{tags}},"RepoDigests":null}""");

        Assert.Equal(expected, (await AskAsync(engine.Path)).Details!.Image);
    }

    [Fact]
    public async Task Ask_ImageRemoved_HasWhatTheContainerSays()
    {
        await using var engine = ScriptedSocket.Engine((s, request, c) => request.Contains("/images/", StringComparison.Ordinal)
            ? ScriptedSocket.WriteAsync(s, 404, """{"message":"no such image"}""", c)
            : ScriptedSocket.WriteAsync(s, 200, Container, c));

        var answer = await AskAsync(engine.Path);

        Assert.Equal(("shop/cart:1.4.2", ""), (answer.Details!.Image, answer.Details.ImageDigest));
    }

    [Theory]
    [InlineData("1.41", "/v1.41/containers/json?")]
    [InlineData("1.99", "/v1.51/containers/json?")]
    [InlineData("2.0", "/v1.51/containers/json?")]
    [InlineData("no version", " /containers/json?")]
    public async Task Ask_EngineOfAnyVersion_UsesTheNewestThatBothKnow(string version, string path)
    {
        await using var engine = ScriptedSocket.Engine((s, _, c) => ScriptedSocket.WriteAsync(s, 404, "{}", c), version);

        await AskAsync(engine.Path);

        Assert.Contains(path, engine.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_EngineReplacedByAnOlderOne_NegotiatesAnew()
    {
        var version = "1.45";
        await using var engine = ScriptedSocket.Http((s, request, c) =>
            request.Contains("_ping", StringComparison.Ordinal)
                ? s.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nContent-Length: 0\r\n\r\n"), c).AsTask()
                : ScriptedSocket.WriteAsync(s, request.Contains($"/v{version}/", StringComparison.Ordinal) ? 404 : 400, """{"message":"client version is too new"}""", c));
        await using var runtime = new DockerRuntime(ContainerRuntime.Docker, engine.Path);
        await AskAsync(runtime);

        version = "1.40";
        var refused = await AskAsync(runtime);
        var answered = await AskAsync(runtime);

        Assert.Equal(RuntimeStatus.Refused, refused.Status);
        Assert.Contains("too new", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(RuntimeStatus.NotFound, answered.Status);
    }

    [Fact]
    public async Task Ask_SocketAbsent_IsUnreachable()
    {
        using var directory = new TemporaryDirectory();

        Assert.Equal(RuntimeStatus.Unreachable, (await AskAsync(Path.Combine(directory.Path, "absent.sock"))).Status);
    }

    [Fact]
    public async Task Ask_NobodyListens_IsUnreachable()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "left.sock");
        using (var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        }

        Assert.Equal(RuntimeStatus.Unreachable, (await AskAsync(path)).Status);
    }

    [Fact]
    public async Task Ask_Hanging_IsTimeoutWhenTheCallerSaysSo()
    {
        await using var engine = ScriptedSocket.Http((_, _, c) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c));

        Assert.Equal(RuntimeStatus.Timeout, (await AskAsync(engine.Path, Short)).Status);
    }

    [Fact]
    public async Task Ask_OneHanging_DoesNotHoldUpTheOthers()
    {
        await using var engine = ScriptedSocket.Engine((s, request, c) => request.Contains(Id, StringComparison.Ordinal)
            ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c)
            : ScriptedSocket.WriteAsync(s, 404, "{}", c));
        await using var runtime = new DockerRuntime(ContainerRuntime.Docker, engine.Path);
        using var give = new CancellationTokenSource();
        var hanging = runtime.AskAsync(Id, give.Token);

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(RuntimeStatus.NotFound, (await runtime.AskAsync($"other{i}", CancellationToken.None).WaitAsync(Long)).Status);
        }

        Assert.False(hanging.IsCompleted);
        await give.CancelAsync();
        Assert.Equal(RuntimeStatus.Timeout, (await hanging).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Id\":\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"Id\":\"")]
    public async Task Ask_ClosedMidReply_IsUnreachable(string sent)
    {
        await using var engine = ScriptedSocket.Engine(async (s, _, c) =>
        {
            await s.WriteAsync(Encoding.UTF8.GetBytes(sent), c);
            s.Close();
        });

        Assert.Equal(RuntimeStatus.Unreachable, (await AskAsync(engine.Path)).Status);
    }

    [Theory]
    [InlineData("\u0000\u0001\u0002 nonsense\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    public async Task Ask_Garbage_IsMalformed(string garbage)
    {
        await using var engine = ScriptedSocket.Engine(async (s, _, c) =>
        {
            await s.WriteAsync(Encoding.UTF8.GetBytes(garbage), c);
            s.Close();
        });

        Assert.Equal(RuntimeStatus.Malformed, (await AskAsync(engine.Path)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("[{\"Id\":7}]")]
    [InlineData("[{\"Id\":\"\\ud800\"}]")]
    [InlineData("[{\"Labels\":[1]}]")]
    [InlineData("[{\"Labels\":{\"a\":{\"b\":1}}}]")]
    [InlineData("<html>")]
    public async Task Ask_BodyNotAContainer_IsMalformed(string body)
    {
        await using var engine = ScriptedSocket.Engine((s, _, c) => ScriptedSocket.WriteAsync(s, 200, body, c));

        Assert.Equal(RuntimeStatus.Malformed, (await AskAsync(engine.Path)).Status);
    }

    [Fact]
    public async Task Ask_InvalidUtf8_IsMalformed()
    {
        await using var engine = ScriptedSocket.Engine((s, _, c) =>
            s.WriteAsync((byte[])[.. "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"Id\":\""u8, 0xff, 0xfe, .. "}"u8], c).AsTask());

        Assert.Equal(RuntimeStatus.Malformed, (await AskAsync(engine.Path)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_FiftyMegabytes_IsTooLargeAndNotRead(bool saysLength)
    {
        const long total = 50_000_000;
        long sent = 0;
        await using var engine = ScriptedSocket.Engine(async (s, _, c) =>
        {
            await s.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\n{(saysLength ? $"Content-Length: {total}\r\n" : "")}\r\n"), c);
            var part = new byte[100_000];
            part.AsSpan().Fill((byte)' ');
            for (; sent < total; sent += part.Length)
            {
                await s.WriteAsync(part, c);
            }

            s.Close();
        });

        var answer = await AskAsync(engine.Path);

        Assert.Equal(RuntimeStatus.TooLarge, answer.Status);
        Assert.InRange(sent, 0, total / 2);
    }

    [Fact]
    public async Task Ask_Http500_IsRefusedWithItsMessage()
    {
        await using var engine = ScriptedSocket.Engine((s, _, c) => ScriptedSocket.WriteAsync(s, 500, """{"message":"disk\non fire"}""", c));

        var answer = await AskAsync(engine.Path);

        Assert.Equal(RuntimeStatus.Refused, answer.Status);
        Assert.EndsWith("HTTP 500 disk on fire", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_UnknownId_IsNotFound()
    {
        await using var engine = ScriptedSocket.Engine((s, _, c) => ScriptedSocket.WriteAsync(s, 404, """{"message":"No such container"}""", c));

        Assert.Equal(RuntimeStatus.NotFound, (await AskAsync(engine.Path)).Status);
    }

    [Fact]
    public async Task Ask_NothingListed_IsNotFound()
    {
        await using var engine = Engine("[]", "{}");

        Assert.Equal(RuntimeStatus.NotFound, (await AskAsync(engine.Path)).Status);
    }

    [Fact]
    public async Task Ask_AnotherContainerNamedLikeTheId_IsNotFound()
    {
        await using var engine = Engine(Container.Replace(Id, new string('a', 64), StringComparison.Ordinal), "{}");

        Assert.Equal(RuntimeStatus.NotFound, (await AskAsync(engine.Path)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../images/x")]
    [InlineData("a/b")]
    [InlineData("a?b")]
    [InlineData("a\r\nb")]
    [InlineData("ü")]
    public async Task Ask_NotAnId_IsNotFoundAndNotSent(string id)
    {
        await using var engine = Engine(Container, "{}");
        await using var runtime = new DockerRuntime(ContainerRuntime.Docker, engine.Path);

        Assert.Equal(RuntimeStatus.NotFound, (await runtime.AskAsync(id, CancellationToken.None)).Status);
        Assert.Empty(engine.Requests);
    }

    [Fact]
    public async Task Ask_LabelsWithoutEnd_AreBounded()
    {
        var labels = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"label{i}\":\"{new string('x', 100)}\""));
        await using var engine = Engine(Container.Replace("\"app\":\"cart\"", labels, StringComparison.Ordinal), "{}");

        var details = (await AskAsync(engine.Path)).Details!;

        Assert.InRange(details.Labels.Count, 1, RuntimeLimits.MaxLabels);
        Assert.InRange(details.Labels.Sum(l => l.Key.Length + l.Value.Length), 1, RuntimeLimits.MaxLabelBytes);
        Assert.Equal("cart-pod", details.PodName);
    }

    [Fact]
    public async Task Ask_NameWithoutEnd_IsCutAtACharacter()
    {
        await using var engine = Engine(Container.Replace("/cart-0", $"/{new string('€', 1000)}", StringComparison.Ordinal), "{}");

        var name = (await AskAsync(engine.Path)).Details!.Name;

        Assert.Equal(new string('€', RuntimeLimits.MaxValueBytes / 3), name);
    }

    [Fact]
    public async Task Ask_AfterTheEngineClosedTheConnection_ConnectsAgain()
    {
        await using var engine = ScriptedSocket.Engine(async (s, _, c) =>
        {
            await ScriptedSocket.WriteAsync(s, 404, "{}", c);
            s.Close();
        });
        await using var runtime = new DockerRuntime(ContainerRuntime.Docker, engine.Path);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(RuntimeStatus.NotFound, (await AskAsync(runtime)).Status);
        }
    }

    private static ScriptedSocket Engine(string container, string image) => ScriptedSocket.Engine((s, request, c) =>
        ScriptedSocket.WriteAsync(s, 200, request.Contains("/images/", StringComparison.Ordinal) ? image : container, c));

    private static async Task<RuntimeAnswer> AskAsync(string socket, TimeSpan? patience = null)
    {
        await using var runtime = new DockerRuntime(ContainerRuntime.Docker, socket);
        return await AskAsync(runtime, patience);
    }

    private static async Task<RuntimeAnswer> AskAsync(DockerRuntime runtime, TimeSpan? patience = null)
    {
        using var time = new CancellationTokenSource(patience ?? Long, TimeProvider.System);
        return await runtime.AskAsync(Id, time.Token);
    }
}
