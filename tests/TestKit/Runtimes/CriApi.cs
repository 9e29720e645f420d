using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using TraceeMesh.TestKit.Runtimes.Cri;
using Xunit;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>The calls of the Container Runtime Interface that tests make: one gRPC request and reply each, over HTTP/2 on the runtime's socket.</summary>
internal sealed class CriApi(string socket) : IDisposable
{
    private const int PrefixBytes = 5;
    private const string Ok = "0";

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
        BaseAddress = new Uri("http://cri/runtime.v1."),
    };

    public async Task<string> RunPodSandboxAsync(PodSandboxConfig pod) =>
        (await CallAsync("RuntimeService/RunPodSandbox", new RunPodSandboxRequest { Config = pod }, RunPodSandboxResponse.Parser)).PodSandboxId;

    public async Task<string> CreateContainerAsync(string sandboxId, PodSandboxConfig pod, ContainerConfig container) =>
        (await CallAsync("RuntimeService/CreateContainer", new CreateContainerRequest { PodSandboxId = sandboxId, Config = container, SandboxConfig = pod }, CreateContainerResponse.Parser)).ContainerId;

    public Task StartContainerAsync(string id) => CallAsync("RuntimeService/StartContainer", new ContainerRequest { ContainerId = id }, Nothing.Parser);

    /// <summary>Kills it at once, in place of waiting for it to end.</summary>
    public Task StopContainerAsync(string id) => CallAsync("RuntimeService/StopContainer", new ContainerRequest { ContainerId = id }, Nothing.Parser);

    public async Task<bool> HasExitedAsync(string id) =>
        (await CallAsync("RuntimeService/ContainerStatus", new ContainerRequest { ContainerId = id }, ContainerStatusResponse.Parser)).Status?.State == ContainerState.ContainerExited;

    public Task RemoveContainerAsync(string id) => CallAsync("RuntimeService/RemoveContainer", new ContainerRequest { ContainerId = id }, Nothing.Parser);

    /// <summary>Ends its containers with it.</summary>
    public Task StopPodSandboxAsync(string id) => CallAsync("RuntimeService/StopPodSandbox", new PodSandboxRequest { PodSandboxId = id }, Nothing.Parser);

    public Task RemovePodSandboxAsync(string id) => CallAsync("RuntimeService/RemovePodSandbox", new PodSandboxRequest { PodSandboxId = id }, Nothing.Parser);

    public async Task ExecAsync(string id, IEnumerable<string> command)
    {
        var reply = await CallAsync("RuntimeService/ExecSync", new ExecSyncRequest { ContainerId = id, Cmd = { command } }, ExecSyncResponse.Parser);
        Assert.True(reply.ExitCode == 0, $"a program in {id} exited with {reply.ExitCode}: {reply.Stderr.ToStringUtf8()}");
    }

    public async Task<Image?> ImageAsync(string reference) =>
        (await CallAsync("ImageService/ImageStatus", new ImageStatusRequest { Image = new ImageSpec { Image = reference } }, ImageStatusResponse.Parser)).Image;

    /// <summary>Whether it is done with what it does at its start.</summary>
    public async Task<bool> IsReadyAsync() => (await TryCallAsync("RuntimeService/Status", new Nothing())).Status == Ok;

    public void Dispose() => _client.Dispose();

    private async Task<TReply> CallAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser)
        where TReply : IMessage<TReply>
    {
        var (status, reason, reply) = await TryCallAsync(method, request);
        Assert.True(status == Ok, $"{method}: status {status} {reason}");
        return parser.ParseFrom(reply.AsSpan(PrefixBytes));
    }

    private async Task<(string Status, string Reason, byte[] Reply)> TryCallAsync(string method, IMessage request)
    {
        // One byte says "not compressed", four are the length.
        var body = new byte[PrefixBytes + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - PrefixBytes);
        request.WriteTo(body.AsSpan(PrefixBytes));
        using var message = new HttpRequestMessage(HttpMethod.Post, _client.BaseAddress + method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        };
        using var response = await _client.SendAsync(message);
        var reply = await response.Content.ReadAsByteArrayAsync();
        return (Header(response, "grpc-status"), Uri.UnescapeDataString(Header(response, "grpc-message")), reply);
    }

    /// <summary>A call that fails at once has its status among the headers.</summary>
    private static string Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : "";
}
