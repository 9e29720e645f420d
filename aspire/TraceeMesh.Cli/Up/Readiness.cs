using System.Net;

namespace TraceeMesh.Cli.Up;

/// <summary>Asks datasource-api, which hears every heartbeat, whether the whole mesh is ready.</summary>
public sealed class Readiness(IPEndPoint http, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(2);
    private const int MaxAnswer = 4096;

    private readonly HttpClient _client = new() { Timeout = RequestTimeout, MaxResponseContentBufferSize = MaxAnswer };

    /// <summary>What it said last, for a message about why the mesh is not ready.</summary>
    public string LastAnswer { get; private set; } = "datasource-api does not answer yet";

    /// <summary>Completes when it is.</summary>
    public async Task Wait(CancellationToken cancellation)
    {
        var address = new Uri($"http://{http}/readyz");
        while (!await IsReady(address, cancellation))
        {
            await Task.Delay(Interval, time, cancellation);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<bool> IsReady(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _client.GetAsync(address, cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return true;
            }

            LastAnswer = $"{address} says {(int)answer.StatusCode}: {(await answer.Content.ReadAsStringAsync(cancellation)).Trim().Replace("\n", " ", StringComparison.Ordinal)}";
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            LastAnswer = $"{address} does not answer: {exception.Message}";
        }

        return false;
    }
}
