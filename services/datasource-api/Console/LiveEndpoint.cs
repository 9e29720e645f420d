using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading.Channels;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary><c>/api/v1/live</c>: what a page shows that changes, as server-sent events. With <c>view=findings</c> the findings, with <c>view=mesh</c> the picture of the mesh each second; always its health.</summary>
/// <param name="tail">The findings.</param>
/// <param name="pictures">The mesh.</param>
/// <param name="counters">Where it counts.</param>
/// <param name="log">The log.</param>
internal sealed class LiveEndpoint(FindingsTail tail, MeshPictures pictures, ConsoleCounters counters, ILogger log)
{
    private CancellationToken _stopping;

    /// <summary>Adds it.</summary>
    public void Map(WebApplication web) => web.MapGet("/api/v1/live", Serve);

    /// <summary>Streams end when the service does.</summary>
    public void EndWith(CancellationToken stopping) => _stopping = stopping;

    private async Task Serve(HttpContext http)
    {
        var view = http.Request.Query["view"].ToString();
        if (view is not ("findings" or "mesh" or ""))
        {
            throw ConsoleException.Bad("view: findings, mesh, or nothing");
        }

        var after = LastOf(http.Request);
        if (!counters.TryOpen())
        {
            throw new ConsoleException(StatusCodes.Status503ServiceUnavailable, "too_many_streams", $"{ConsoleLimits.Streams} pages are open: close one");
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping);
        var messages = Channel.CreateBounded<SseItem<string>>(new BoundedChannelOptions(ConsoleLimits.MessagesWaiting) { SingleReader = true });
        var feeding = FeedAsync(view, after, messages.Writer, end.Token);
        try
        {
            await TypedResults.ServerSentEvents(messages.Reader.ReadAllAsync(end.Token)).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The page comes back when the service does.
        }
        finally
        {
            await end.CancelAsync();
            await feeding;
            counters.Close();
        }
    }

    // The browser says by itself where its connection broke; a page that opens a stream again says it in the address.
    private static long LastOf(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"] is { Count: > 0 } header ? header.ToString() : request.Query["after"].ToString();
        return text.Length == 0 ? -1
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after
            : throw ConsoleException.Bad("after: the sequence of a finding");
    }

    private async Task FeedAsync(string view, long after, ChannelWriter<SseItem<string>> messages, CancellationToken cancellation)
    {
        try
        {
            var mesh = FeedMeshAsync(view == "mesh", messages, cancellation);
            var findings = view == "findings" ? tail.RunAsync(after, messages, cancellation) : Task.CompletedTask;
            await Task.WhenAll(mesh, findings);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The page has gone.
        }
        catch (Exception e)
        {
            log.LogError(e, "what a page of the console is sent broke off");
        }
        finally
        {
            messages.TryComplete();
        }
    }

    private async Task FeedMeshAsync(bool whole, ChannelWriter<SseItem<string>> messages, CancellationToken cancellation)
    {
        var last = "";
        await foreach (var picture in pictures.WatchAsync(cancellation))
        {
            var health = JsonSerializer.Serialize(MeshPictures.HealthOf(picture), PictureJson.Default.MeshHealth);
            if (health != last)
            {
                await messages.WriteAsync(new SseItem<string>(health, "health"), cancellation);
                last = health;
            }

            if (whole)
            {
                await messages.WriteAsync(new SseItem<string>(JsonSerializer.Serialize(picture, PictureJson.Default.MeshPicture), "mesh"), cancellation);
            }
        }
    }
}
