using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using TraceeMesh.Bus;

namespace TraceeMesh.Cli.Forwarding;

/// <summary>Posts findings, one at a time.</summary>
internal sealed class HttpReceiver : IDisposable
{
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Of an answer no more is read than a person wants to see.
    private const int AnswerBytes = 1024;

    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);

    private readonly ForwardOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>A receiver that has got nothing yet.</summary>
    public HttpReceiver(ForwardOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);

        // A redirection would show the token to another host.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = Timeout }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("tmesh", typeof(HttpReceiver).Assembly.GetName().Version?.ToString(3)));
        if (options.Token is { } token)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Posts a finding.</summary>
    /// <param name="body">What is posted.</param>
    /// <param name="id">Id of the finding, by which the receiver knows a repeat.</param>
    /// <param name="trace">Its trace; null where it has none.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<PostOutcome> PostAsync(ReadOnlyMemory<byte> body, string? id, string? trace, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _options.Target) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (id is not null)
            {
                request.Headers.TryAddWithoutValidation("Idempotency-Key", id);
            }

            if (trace is not null)
            {
                request.Headers.TryAddWithoutValidation(MeshTrace.Header, trace);
            }

            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await JudgeAsync(response, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new PostOutcome(PostOutcomeKind.NotNow, $"no answer within {Timeout.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new PostOutcome(PostOutcomeKind.NotNow, e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<PostOutcome> JudgeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 300)
        {
            return _options.AsLogRecords && Rejection(await ReadAsync(response, cancellation)) is { } reason ? new PostOutcome(PostOutcomeKind.Refused, reason) : new PostOutcome(PostOutcomeKind.Taken);
        }

        var answer = System.Text.Encoding.UTF8.GetString(await ReadAsync(response, cancellation));
        var said = $"{status} {response.ReasonPhrase} {new string([.. answer.Where(c => !char.IsControl(c))])}".Trim();
        return status is >= 400 and < 500 && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
            ? new PostOutcome(PostOutcomeKind.Refused, said)
            : new PostOutcome(PostOutcomeKind.NotNow, said, RetryAfter(response.Headers.RetryAfter));
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var asked = header?.Delta ?? (header?.Date - _time.GetUtcNow());
        return asked is { } wait && wait > TimeSpan.Zero ? TimeSpan.FromTicks(Math.Min(wait.Ticks, LongestRetryAfter.Ticks)) : null;
    }

    // A receiver of OTLP may say 200 and take nothing of it.
    private static string? Rejection(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer.Length == 0 ? "{}"u8.ToArray() : answer);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("partialSuccess", out var partial) && partial.ValueKind == JsonValueKind.Object
                && partial.TryGetProperty("rejectedLogRecords", out var rejected) && rejected.ToString() is not ("" or "0")
                ? $"rejected: {(partial.TryGetProperty("errorMessage", out var message) ? message.ToString() : "no reason given")}"
                : null;
        }
        catch (JsonException)
        {
            // It answered 2xx in words of its own.
            return null;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(AnswerBytes);
        try
        {
            var length = await body.ReadAtLeastAsync(buffer.AsMemory(0, AnswerBytes), AnswerBytes, throwOnEndOfStream: false, cancellation);
            return buffer[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
