using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Mesh.Forwarding;

/// <summary>An HTTP server that takes note of what it is sent, and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<Request> _requests = new();
    private readonly Task _serving;

    public Receiver(Func<Request, Task<int>>? answer = null)
    {
        Url = $"http://127.0.0.1:{Ports.Free()}";
        _listener.Prefixes.Add($"{Url}/");
        _listener.Start();
        _serving = ServeAsync(answer ?? (_ => Task.FromResult(200)));
    }

    public string Url { get; }

    public IReadOnlyList<Request> Requests => [.. _requests];

    /// <summary>The ids of findings in the order in which they were taken.</summary>
    public IReadOnlyList<string> Taken => [.. _requests.Where(r => r.Status == 200).Select(r => r.FindingId)];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync(Func<Request, Task<int>> answer)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context, answer);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, Func<Request, Task<int>> answer)
    {
        try
        {
            using var reader = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(reader);
            var request = new Request(context.Request.Url!.AbsolutePath, context.Request.Headers["Authorization"], context.Request.Headers["Idempotency-Key"], reader.ToArray());
            request.Status = await answer(request);
            _requests.Enqueue(request);
            context.Response.StatusCode = request.Status;
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The sender is gone: it was killed, or the test is over.
        }
    }

    internal sealed record Request(string Path, string? Authorization, string? Key, byte[] Body)
    {
        public int Status { get; set; }

        public string FindingId => JsonDocument.Parse(Body).RootElement.GetProperty("mesh").GetProperty("id").GetString()!;
    }
}
