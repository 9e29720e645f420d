using System.IO.Pipelines;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Grpc;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Grpc;
using Xunit;

namespace TraceeMesh.Tests.Unit.Grpc;

/// <summary>What an ordinary client never sends, and our own client against our own server.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    private EchoServer _server = null!;
    private GrpcChannel _channel = null!;

    public async Task InitializeAsync()
    {
        _server = await EchoServer.StartAsync();
        _channel = new GrpcChannel(_server.Uri);
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Chat_OfMany_IsAnsweredInOrder()
    {
        await using var call = _channel.Open<EchoReply>("/traceemesh.test.Echo/Chat", [], TimeSpan.FromSeconds(10));
        for (var i = 0; i < 50; i++)
        {
            Assert.True(await call.WriteAsync(new EchoRequest { Text = $"{i}" }));
            Assert.True(await call.ReadAsync());
            Assert.Equal($"{i}", call.Current.Text);
        }

        call.Complete();
        Assert.False(await call.ReadAsync());
        Assert.Equal(GrpcStatusCode.Ok, call.Code);
    }

    [Theory]
    [InlineData("02 00 00 00 00", GrpcStatusCode.Internal, "is not a gRPC message")]
    [InlineData("00 00 00 00 05 0a 01", GrpcStatusCode.Internal, "ends within a message")]
    [InlineData("00 00 00", GrpcStatusCode.Internal, "ends within a message")]
    [InlineData("", GrpcStatusCode.Internal, "has no message")]
    [InlineData("00 00 00 00 00 00 00 00 00 00", GrpcStatusCode.Internal, "more than one message")]
    [InlineData("00 00 00 00 02 0a 05", GrpcStatusCode.Internal, "could not be read")]
    [InlineData("00 00 00 00 03 0a 01 ff", GrpcStatusCode.Internal, "not UTF-8")]
    [InlineData("01 00 00 00 00", GrpcStatusCode.Internal, "grpc-encoding does not say how")]
    [InlineData("00 ff ff ff ff", GrpcStatusCode.ResourceExhausted, "larger than the limit")]
    public async Task Bytes_ThatAreNoRequest_AreNamed(string hex, GrpcStatusCode code, string detail)
    {
        await using var call = _channel.Open<EchoReply>("/traceemesh.test.Echo/Unary", [], TimeSpan.FromSeconds(10));
        await call.WriteRawAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        call.Complete();

        Assert.False(await call.ReadAsync());
        Assert.Equal(code, call.Code);
        Assert.Contains(detail, call.Detail, StringComparison.Ordinal);
        Assert.True((await AskAsync("next")).IsOk);
    }

    [Fact]
    public async Task Gzip_ThatIsNone_IsNamed()
    {
        await using var call = _channel.Open<EchoReply>("/traceemesh.test.Echo/Unary", [new("grpc-encoding", "gzip")]);
        await call.WriteRawAsync(new byte[] { 1, 0, 0, 0, 3, 1, 2, 3 });
        call.Complete();

        Assert.False(await call.ReadAsync());
        Assert.Equal((GrpcStatusCode.Internal, "a message could not be decompressed: it is not gzip"), (call.Code, call.Detail));
    }

    [Theory]
    [InlineData("grpc-timeout", "soon")]
    [InlineData("x-raw-bin", "!")]
    public async Task Header_ThatCannotBeRead_IsNamed(string name, string value)
    {
        await using var call = _channel.Open<EchoReply>("/traceemesh.test.Echo/Unary", [new(name, value)]);
        await call.WriteAsync(new EchoRequest());
        call.Complete();

        Assert.False(await call.ReadAsync());
        Assert.Equal(GrpcStatusCode.Internal, call.Code);
        Assert.Contains(name, call.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "application/grpc")]
    [InlineData("POST", "application/json")]
    [InlineData("POST", "application/grpc-web")]
    [InlineData("POST", "application/grpc+json")]
    public async Task Request_ThatIsNoCall_IsRefusedByHttp(string method, string type)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_server.Uri, "/traceemesh.test.Echo/Unary")) { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent([]);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        using var response = await http.SendAsync(request);

        Assert.Equal(System.Net.HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Client_GoneInMidStream_LeavesTheServerServing()
    {
        var call = _channel.Open<EchoReply>("/traceemesh.test.Echo/Collect", []);
        Assert.True(await call.WriteAsync(new EchoRequest { Text = "x" }));
        await call.DisposeAsync();

        Assert.Equal("still here", (await AskAsync("still here")).Message!.Text);
        Assert.Equal(0, _server.Server.Failures);
    }

    /// <summary>The web server breaks the stream first and tells the call's token later, however much later: the handler must not take it for an error of its own.</summary>
    [Fact]
    public async Task Stream_BrokenBeforeTheCallIsCancelled_EndsTheHandlerAsCancelled()
    {
        var pipe = new Pipe();
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Protocol, http.Request.ContentType, http.Request.Path) = ("POST", "HTTP/2", "application/grpc", "/traceemesh.test.Echo/Collect");
        http.Features.Set<IRequestBodyPipeFeature>(new Body(pipe.Reader));
        GrpcStatusCode? seen = null;
        var service = new GrpcService(EchoReflection.Descriptor.Services[0]).ClientStreaming<EchoRequest, EchoReply>("Collect", async (requests, _) =>
        {
            Assert.True(await requests.ReadAsync());
            await pipe.Writer.CompleteAsync(new ConnectionAbortedException());
            var broken = await Assert.ThrowsAsync<GrpcException>(async () => await requests.ReadAsync());
            seen = broken.Code;
            throw broken;
        });
        await pipe.Writer.WriteAsync(MessageFrame.Write(new EchoRequest { Text = "x" }));

        await new GrpcServer([service], new GrpcServerOptions(), NullLogger.Instance).HandleAsync(http);

        Assert.Equal(GrpcStatusCode.Cancelled, seen);
    }

    [Fact]
    public async Task Health_ThatChanges_IsToldToWhoWatches()
    {
        await using var call = _channel.Open<EchoReply>("/grpc.health.v1.Health/Watch", [], TimeSpan.FromSeconds(10));
        await call.WriteAsync(new EchoRequest());
        call.Complete();
        Assert.True(await call.ReadAsync());
        _server.Health.Serving = false;

        Assert.True(await call.ReadAsync());
    }

    private Task<GrpcReply<EchoReply>> AskAsync(string text) =>
        _channel.CallAsync("/traceemesh.test.Echo/Unary", new EchoRequest { Text = text }, EchoReply.Parser, [], CancellationToken.None);

    private sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;
}
