using System.Buffers.Binary;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

/// <summary>A gRPC server on a unix socket that answers each method as a script says; others as gRPC says: UNIMPLEMENTED.</summary>
internal sealed class ScriptedGrpc : IAsyncDisposable
{
    private const int Unimplemented = 12;

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, Func<HttpContext, Task>> _methods = [];
    private readonly WebApplication _web;

    private ScriptedGrpc()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(Socket, l => l.Protocols = HttpProtocols.Http2));
        _web = builder.Build();
        _web.Run(context =>
        {
            lock (_methods)
            {
                return _methods.TryGetValue(context.Request.Path.Value!, out var method) ? method(context) : RefuseAsync(context, Unimplemented, "unknown method");
            }
        });
    }

    public string Socket => _directory["runtime.sock"];

    public static async Task<ScriptedGrpc> StartAsync()
    {
        var server = new ScriptedGrpc();
        await server._web.StartAsync();
        return server;
    }

    /// <summary>Scripts a method.</summary>
    public ScriptedGrpc On(string method, Func<HttpContext, Task> answer)
    {
        lock (_methods)
        {
            _methods[method] = answer;
        }

        return this;
    }

    /// <summary>Scripts a method that sends a message and the status OK.</summary>
    public ScriptedGrpc On(string method, params byte[] message) => On(method, context => SendAsync(context, message));

    public static async Task SendAsync(HttpContext context, byte[] message, int status = 0)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(Frame(message));
        context.Response.AppendTrailer("grpc-status", $"{status}");
    }

    /// <summary>A reply without messages: its status is in the headers.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = $"{status}";
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
        return Task.CompletedTask;
    }

    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
        _directory.Dispose();
    }
}
