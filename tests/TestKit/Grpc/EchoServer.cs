using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Grpc;

namespace TraceeMesh.TestKit.Grpc;

/// <summary>A server of our gRPC library with one service of each kind of call, on a free port of loopback and on a unix socket.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly WebApplication _web;
    private readonly int _port = Ports.Free();

    private EchoServer()
    {
        Service = new GrpcService(EchoReflection.Descriptor.Services[0])
            .Unary<EchoRequest, EchoReply>("Unary", UnaryAsync)
            .ClientStreaming<EchoRequest, EchoReply>("Collect", CollectAsync)
            .ServerStreaming<EchoRequest, EchoReply>("Repeat", RepeatAsync)
            .Bidirectional<EchoRequest, EchoReply>("Chat", ChatAsync);
        Health = new HealthService([Service]) { Serving = true };
        Server = new GrpcServer([Service, Health.Service, .. new ReflectionService([Service, Health.Service]).Services], new GrpcServerOptions(), NullLogger.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, _port, l => l.UseGrpc());
            k.ListenUnixSocket(Socket, l => l.UseGrpc());
        });
        _web = builder.Build();
        _web.UseGrpc(Server);
    }

    public GrpcService Service { get; }

    public GrpcServer Server { get; }

    public HealthService Health { get; }

    public string Address => $"127.0.0.1:{_port}";

    public Uri Uri => new($"http://{Address}");

    public string Socket => _directory["echo.sock"];

    /// <summary>How many calls of Unary with "wait" ended because their client, or its deadline, ended them.</summary>
    public int Cancelled => _cancelled;

    private int _cancelled;

    public static async Task<EchoServer> StartAsync()
    {
        var server = new EchoServer();
        await server._web.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
        _directory.Dispose();
    }

    private static void FailIfAsked(EchoRequest request)
    {
        if (request.Fail > 0)
        {
            throw GrpcException.WithInfo((GrpcStatusCode)request.Fail, request.Text, "ASKED", "test", new Dictionary<string, string> { ["why"] = "asked" });
        }
    }

    private static void EchoMetadata(GrpcCall call)
    {
        if (call.RequestHeaders.TryGet("x-text", out var text))
        {
            call.ResponseHeaders.Add("x-text", text);
            call.ResponseTrailers.Add("x-trailer", text);
        }

        foreach (var value in call.RequestHeaders.GetBytes("x-raw-bin"))
        {
            call.ResponseHeaders.Add("x-raw-bin", value);
            call.ResponseTrailers.Add("x-trailer-bin", value);
        }
    }

    private async Task<EchoReply> UnaryAsync(EchoRequest request, GrpcCall call)
    {
        EchoMetadata(call);
        FailIfAsked(request);
        if (request.Text == "throw")
        {
            throw new InvalidOperationException("a secret of the server");
        }

        if (request.Text == "wait")
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Increment(ref _cancelled);
            call.Cancellation.ThrowIfCancellationRequested();
        }

        return new EchoReply { Text = request.Text, Count = request.Count, Body = request.Body };
    }

    private static async Task<EchoReply> CollectAsync(GrpcRequests<EchoRequest> requests, GrpcCall call)
    {
        EchoMetadata(call);
        var text = new StringBuilder();
        var count = 0;
        while (await requests.ReadAsync())
        {
            FailIfAsked(requests.Current);
            text.Append(requests.Current.Text);
            count++;
        }

        return new EchoReply { Text = text.ToString(), Count = count };
    }

    private static async Task RepeatAsync(EchoRequest request, GrpcResponses<EchoReply> responses, GrpcCall call)
    {
        EchoMetadata(call);
        for (var i = 0; i < request.Count; i++)
        {
            await responses.WriteAsync(new EchoReply { Text = request.Text, Count = i, Body = request.Body }, flush: i % 16 == 15);
        }

        FailIfAsked(request);
    }

    private static async Task ChatAsync(GrpcRequests<EchoRequest> requests, GrpcResponses<EchoReply> responses, GrpcCall call)
    {
        EchoMetadata(call);
        await responses.StartAsync();
        while (await requests.ReadAsync())
        {
            FailIfAsked(requests.Current);
            await responses.WriteAsync(new EchoReply { Text = requests.Current.Text });
        }
    }
}
