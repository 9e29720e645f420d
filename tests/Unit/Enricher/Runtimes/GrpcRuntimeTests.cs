using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Containers.Runtimes.Containerd;
using TraceeMesh.Enricher.Containers.Runtimes.Cri;
using TraceeMesh.TestKit;
using Xunit;
using static TraceeMesh.Tests.Unit.Enricher.Runtimes.Wire;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

/// <summary>containerd and CRI-O, and the client below both. CRI-O cannot be had on the machines of the project; it is replayed here.</summary>
public sealed class GrpcRuntimeTests
{
    private const string Id = "4947fb4d7ca4b9ab009491b9c3ef23057b2aec52767f6b033f25f5900c897603";
    private const string SandboxId = "ffb12f6bc26c6ae6c2bc6bd049004872cd6ebb002589b6a4cc7ab3843c5af361";
    private const string GetContainer = "/containerd.services.containers.v1.Containers/Get";
    private const string GetImage = "/containerd.services.images.v1.Images/Get";
    private const string ListNamespaces = "/containerd.services.namespaces.v1.Namespaces/List";
    private const string ContainerStatus = "/runtime.v1.RuntimeService/ContainerStatus";
    private const string PodSandboxStatus = "/runtime.v1.RuntimeService/PodSandboxStatus";
    private const string ListContainers = "/runtime.v1.RuntimeService/ListContainers";
    private const string ImageStatus = "/runtime.v1.ImageService/ImageStatus";
    private const int NotFound = 5;
    private const int Internal = 13;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    // As runtime.v1 numbers them.
    private static readonly byte[] CrioContainer = Message(1, [
        .. Text(1, Id), .. Message(2, Text(1, "cart")), .. Message(8, Text(1, "quay.io/shop/cart:1.4.2")), .. Text(9, "quay.io/shop/cart@sha256:aa"),
        .. Pair(12, "io.kubernetes.pod.name", "cart-pod"), .. Pair(12, "io.kubernetes.pod.namespace", "shop"), .. Pair(12, "io.kubernetes.pod.uid", "u-1"),
        .. Pair(13, "io.kubernetes.cri-o.ContainerType", "container"),
    ]);

    private static readonly byte[] Sandbox = Message(1, [
        .. Text(1, SandboxId), .. Message(2, [.. Text(1, "cart-pod"), .. Text(2, "u-1"), .. Text(3, "shop")]), .. Pair(7, "app", "cart"),
    ]);

    private static readonly byte[] Listed = Message(1, [.. Text(1, Id), .. Text(2, SandboxId)]);

    [Fact]
    public async Task CrioAsk_Container_HasItsDetailsAndThePodsLabels()
    {
        await using var server = (await ScriptedGrpc.StartAsync()).On(ContainerStatus, CrioContainer).On(ListContainers, Listed).On(PodSandboxStatus, Sandbox);

        var answer = await AskCrioAsync(server.Socket, Id);

        Assert.Equal(RuntimeStatus.Found, answer.Status);
        var details = answer.Details!;
        Assert.Equal(("cart", "quay.io/shop/cart:1.4.2", "quay.io/shop/cart@sha256:aa"), (details.Name, details.Image, details.ImageDigest));
        Assert.Equal(("cart-pod", "shop", "u-1", SandboxId, false), (details.PodName, details.PodNamespace, details.PodUid, details.PodSandboxId, details.PodSandbox));
        Assert.Equal("cart", details.Labels["app"]);
    }

    [Fact]
    public async Task CrioAsk_Sandbox_IsAPodSandbox()
    {
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(ContainerStatus, c => ScriptedGrpc.RefuseAsync(c, NotFound, "no such container")).On(PodSandboxStatus, Sandbox);

        var details = (await AskCrioAsync(server.Socket, SandboxId)).Details!;

        Assert.Equal((true, "cart-pod", "shop", "u-1"), (details.PodSandbox, details.PodName, details.PodNamespace, details.PodUid));
    }

    [Fact]
    public async Task CrioAsk_ImageByContentId_HasItsName()
    {
        var container = Message(1, [.. Text(1, Id), .. Message(8, Text(1, $"sha256:{Id}"))]);
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(ContainerStatus, container).On(ImageStatus, Message(1, [.. Text(1, $"sha256:{Id}"), .. Text(2, "quay.io/shop/cart:1.4.2")]));

        Assert.Equal("quay.io/shop/cart:1.4.2", (await AskCrioAsync(server.Socket, Id)).Details!.Image);
    }

    [Fact]
    public async Task CrioAsk_PodGoneMeanwhile_HasWhatTheContainerSays()
    {
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(ContainerStatus, CrioContainer).On(ListContainers, Listed).On(PodSandboxStatus, c => ScriptedGrpc.RefuseAsync(c, NotFound, "gone"));

        var answer = await AskCrioAsync(server.Socket, Id);

        Assert.Equal(("cart", "cart-pod", SandboxId), (answer.Details!.Name, answer.Details.PodName, answer.Details.PodSandboxId));
    }

    [Fact]
    public async Task ContainerdAsk_ContainerOfAnotherNamespace_IsFound()
    {
        var spaces = new List<string>();
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(ListNamespaces, [.. Message(1, Text(1, "k8s.io")), .. Message(1, Text(1, "moby")), .. Message(1, Text(1, "default"))])
            .On(GetContainer, context =>
            {
                spaces.Add(context.Request.Headers["containerd-namespace"].ToString());
                return spaces[^1] == "default"
                    ? ScriptedGrpc.SendAsync(context, Message(1, [.. Text(1, "web"), .. Text(3, "docker.io/library/nginx:1")]))
                    : ScriptedGrpc.RefuseAsync(context, NotFound, "not here");
            })
            .On(GetImage, Message(1, [.. Text(1, "docker.io/library/nginx:1"), .. Message(3, Text(2, "sha256:aa"))]));

        var answer = await AskContainerdAsync(server.Socket, "web");

        Assert.Equal(["k8s.io", "default"], spaces);
        Assert.Equal(("", "docker.io/library/nginx:1", "sha256:aa"), (answer.Details!.Name, answer.Details.Image, answer.Details.ImageDigest));
    }

    [Fact]
    public async Task ContainerdAsk_ImageOnlyKnownToTheInterface_HasItsName()
    {
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(GetContainer, Message(1, [.. Text(1, Id), .. Text(3, $"sha256:{SandboxId}")]))
            .On(GetImage, c => ScriptedGrpc.RefuseAsync(c, NotFound, "no such image"))
            .On(ImageStatus, Message(1, [.. Text(2, "docker.io/shop/cart:1"), .. Text(3, "docker.io/shop/cart@sha256:aa")]));

        var details = (await AskContainerdAsync(server.Socket, Id)).Details!;

        Assert.Equal(("docker.io/shop/cart:1", "docker.io/shop/cart@sha256:aa"), (details.Image, details.ImageDigest));
    }

    [Fact]
    public async Task ContainerdAsk_PodInTheSpecification_AsksForItsSandboxInContainerd()
    {
        var spec = $$$"""{"annotations":{"io.kubernetes.cri.sandbox-id":"{{{SandboxId}}}","io.kubernetes.cri.sandbox-name":"cart-pod"}}""";
        var containers = new Queue<byte[]>([
            Message(1, [.. Text(1, Id), .. Message(5, [.. Text(1, "types.containerd.io/spec"), .. Text(2, spec)])]),
            Message(1, [.. Text(1, SandboxId), .. Pair(2, "app", "cart")]),
        ]);
        await using var server = (await ScriptedGrpc.StartAsync()).On(GetContainer, c => ScriptedGrpc.SendAsync(c, containers.Dequeue()));

        var details = (await AskContainerdAsync(server.Socket, Id)).Details!;

        Assert.Equal(("cart-pod", SandboxId, "cart"), (details.PodName, details.PodSandboxId, details.Labels["app"]));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("""{"annotations":7}""")]
    public async Task ContainerdAsk_SpecificationNotReadable_HasTheRest(string spec)
    {
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(GetContainer, Message(1, [.. Text(1, Id), .. Pair(2, "io.kubernetes.container.name", "cart"), .. Message(5, Text(2, spec))]));

        Assert.Equal("cart", (await AskContainerdAsync(server.Socket, Id)).Details!.Name);
    }

    [Fact]
    public async Task Ask_UnknownId_IsNotFound()
    {
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(ListNamespaces, [])
            .On(GetContainer, c => ScriptedGrpc.RefuseAsync(c, NotFound, "no"))
            .On(ContainerStatus, c => ScriptedGrpc.RefuseAsync(c, NotFound, "no"))
            .On(PodSandboxStatus, c => ScriptedGrpc.RefuseAsync(c, NotFound, "no"));

        Assert.Equal(RuntimeStatus.NotFound, (await AskContainerdAsync(server.Socket, Id)).Status);
        Assert.Equal(RuntimeStatus.NotFound, (await AskCrioAsync(server.Socket, Id)).Status);
    }

    [Fact]
    public async Task Ask_AnotherContainerWhoseIdBeginsSo_IsNotFound()
    {
        await using var server = (await ScriptedGrpc.StartAsync()).On(ContainerStatus, CrioContainer);

        Assert.Equal(RuntimeStatus.NotFound, (await AskCrioAsync(server.Socket, Id[..12])).Status);
    }

    [Theory]
    [InlineData("headers")]
    [InlineData("trailers")]
    [InlineData("http")]
    [InlineData("unimplemented")]
    public async Task Ask_Error_IsRefused(string where)
    {
        await using var server = await ScriptedGrpc.StartAsync();
        if (where != "unimplemented")
        {
            server.On(ContainerStatus, context =>
            {
                context.Response.StatusCode = where == "http" ? 500 : 200;
                return where == "trailers" ? ScriptedGrpc.SendAsync(context, CrioContainer, Internal) : ScriptedGrpc.RefuseAsync(context, Internal, "disk on fire");
            });
        }

        var answer = await AskCrioAsync(server.Socket, Id);

        Assert.Equal(RuntimeStatus.Refused, answer.Status);
        Assert.NotEmpty(answer.Reason);
    }

    [Theory]
    [InlineData("no status")]
    [InlineData("no message")]
    [InlineData("half a head")]
    [InlineData("half a message")]
    [InlineData("more than a message")]
    [InlineData("compressed")]
    [InlineData("not protobuf")]
    [InlineData("without a container")]
    [InlineData("html")]
    public async Task Ask_ReplyBreaksTheProtocol_IsMalformed(string how)
    {
        await using var server = (await ScriptedGrpc.StartAsync()).On(ContainerStatus, async context =>
        {
            context.Response.ContentType = how == "html" ? "text/html" : "application/grpc";
            if (how is not "no status")
            {
                context.Response.DeclareTrailer("grpc-status");
            }

            var frame = ScriptedGrpc.Frame(how switch { "not protobuf" => [0xff, 0xff, 0xff], "without a container" => [], _ => CrioContainer });
            byte[] sent = how switch
            {
                "no message" => [],
                "half a head" => frame[..3],
                "half a message" => frame[..20],
                "more than a message" => [.. frame, .. frame],
                "compressed" => [1, .. frame[1..]],
                _ => frame,
            };
            await context.Response.Body.WriteAsync(sent);
            if (how is not "no status")
            {
                context.Response.AppendTrailer("grpc-status", "0");
            }
        });

        Assert.Equal(RuntimeStatus.Malformed, (await AskCrioAsync(server.Socket, Id)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_FiftyMegabytes_IsNotRead(bool saysLength)
    {
        const int total = 50_000_000;
        var sent = 0;
        await using var server = (await ScriptedGrpc.StartAsync()).On(ContainerStatus, async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(ScriptedGrpc.Frame(saysLength ? new byte[total] : []).AsMemory(0, 5));
            for (var part = new byte[100_000]; sent < total; sent += part.Length)
            {
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
            }
        });

        var answer = await AskCrioAsync(server.Socket, Id);

        Assert.Equal(saysLength ? RuntimeStatus.TooLarge : RuntimeStatus.Malformed, answer.Status);
        Assert.InRange(sent, 0, total / 2);
    }

    [Fact]
    public async Task Ask_Hanging_IsTimeoutAndDoesNotHoldUpTheOthers()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = (await ScriptedGrpc.StartAsync())
            .On(ContainerStatus, context =>
            {
                arrived.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            })
            .On(PodSandboxStatus, Sandbox);
        await using var runtime = new CrioRuntime(server.Socket);
        using var give = new CancellationTokenSource();
        var hanging = runtime.AskAsync(Id, give.Token);
        await arrived.Task.WaitAsync(Long);
        server.On(ContainerStatus, c => ScriptedGrpc.RefuseAsync(c, NotFound, "no"));

        var other = await runtime.AskAsync(SandboxId, CancellationToken.None).WaitAsync(Long);

        Assert.Equal(RuntimeStatus.Found, other.Status);
        Assert.False(hanging.IsCompleted);
        await give.CancelAsync();
        Assert.Equal(RuntimeStatus.Timeout, (await hanging).Status);
    }

    [Fact]
    public async Task Ask_SocketAbsent_IsUnreachable()
    {
        using var directory = new TemporaryDirectory();

        Assert.Equal(RuntimeStatus.Unreachable, (await AskContainerdAsync(directory["absent.sock"], Id)).Status);
        Assert.Equal(RuntimeStatus.Unreachable, (await AskCrioAsync(directory["absent.sock"], Id)).Status);
    }

    [Fact]
    public async Task Ask_ConnectionLostWithinTheReply_IsUnreachableAndTheNextIsAnswered()
    {
        var lost = false;
        await using var server = (await ScriptedGrpc.StartAsync()).On(PodSandboxStatus, async context =>
        {
            if (lost)
            {
                await ScriptedGrpc.SendAsync(context, Sandbox);
                return;
            }

            lost = true;
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(ScriptedGrpc.Frame(Sandbox).AsMemory(0, 20));
            context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
        }).On(ContainerStatus, c => ScriptedGrpc.RefuseAsync(c, NotFound, "a sandbox"));
        await using var runtime = new CrioRuntime(server.Socket);

        var first = await runtime.AskAsync(SandboxId, CancellationToken.None).WaitAsync(Long);
        var second = await runtime.AskAsync(SandboxId, CancellationToken.None).WaitAsync(Long);

        Assert.True(first.Status == RuntimeStatus.Unreachable, $"{first.Status}: {first.Reason}");
        Assert.Equal(RuntimeStatus.Found, second.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001\u0002 nonsense, and enough of it to be a frame's head")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")]
    public async Task Ask_NoHandshakeOfHttp2_IsMalformed(string sent)
    {
        await using var server = ScriptedSocket.Http(async (s, _, c) =>
        {
            await s.WriteAsync(Encoding.Latin1.GetBytes(sent), c);
            ((NetworkStream)s).Socket.Shutdown(SocketShutdown.Send);

            // A socket closed with something unread resets the connection, and what was sent may be gone with it.
            await s.CopyToAsync(Stream.Null, c);
        });

        var answer = await AskCrioAsync(server.Path, Id);

        Assert.True(answer.Status == RuntimeStatus.Malformed, $"{answer.Status}: {answer.Reason}");
    }

    [Fact]
    public async Task Ask_SilentServer_IsTimeout()
    {
        await using var server = ScriptedSocket.Http((_, _, c) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c));

        Assert.Equal(RuntimeStatus.Timeout, (await AskContainerdAsync(server.Path, Id, Short)).Status);
    }

    private static async Task<RuntimeAnswer> AskCrioAsync(string socket, string id)
    {
        await using var runtime = new CrioRuntime(socket);
        using var time = new CancellationTokenSource(Long, TimeProvider.System);
        return await runtime.AskAsync(id, time.Token);
    }

    private static async Task<RuntimeAnswer> AskContainerdAsync(string socket, string id, TimeSpan? patience = null)
    {
        await using var runtime = new ContainerdRuntime(socket);
        using var time = new CancellationTokenSource(patience ?? Long, TimeProvider.System);
        return await runtime.AskAsync(id, time.Token);
    }
}
