using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary><c>/api/v1/signatures</c>: how the signatures are, asked of every detector.</summary>
/// <param name="host">The bus and its subjects.</param>
/// <param name="view">Which detectors there are.</param>
internal sealed class SignaturesEndpoint(MeshHost host, MeshView view)
{
    private const int MaxDetectors = 256;

    /// <summary>A detector that judges answers within milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Adds it.</summary>
    public void Map(WebApplication web) => web.MapGet("/api/v1/signatures", Serve);

    private async Task Serve(HttpContext http)
    {
        var heartbeats = view.Live();
        var expected = heartbeats.Where(h => h.Service == "detector").Select(h => h.Instance).ToHashSet();
        var lists = await Ask(expected, http.RequestAborted);
        var rows = SignatureSum.Of(lists, heartbeats.SelectMany(h => h.UnavailableEvents).ToHashSet());
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(
            http.Response.Body,
            new SignaturesView(rows, [.. lists.Select(l => l.Instance)], [.. expected.Except(lists.Select(l => l.Instance)).Order(StringComparer.Ordinal)]),
            PictureJson.Default.SignaturesView,
            http.RequestAborted);
    }

    private async Task<IReadOnlyList<SignatureList>> Ask(HashSet<string> expected, CancellationToken cancellation)
    {
        var inbox = host.Bus.NewInbox();
        using var answers = host.Bus.Subscribe(inbox, new BusSubscriptionOptions { Capacity = MaxDetectors });
        host.Bus.Publish(host.Subjects.Signatures, [], BusHeaders.None, inbox);
        var lists = new SortedDictionary<string, SignatureList>(StringComparer.Ordinal);
        using var late = new CancellationTokenSource(Patience, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            while (!expected.IsSubsetOf(lists.Keys) && await answers.ReadAsync(either.Token) is { } answer)
            {
                using (answer)
                {
                    if (lists.Count < MaxDetectors && TryRead(answer.Payload) is { } list)
                    {
                        lists[list.Instance] = list;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Everybody had time to answer.
        }

        return [.. lists.Values];
    }

    // The bus itself answers with an empty message when no detector is there.
    private static SignatureList? TryRead(ReadOnlySpan<byte> payload)
    {
        try
        {
            return payload.IsEmpty ? null : JsonSerializer.Deserialize(payload, MeshJson.Default.SignatureList);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
