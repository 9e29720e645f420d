using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Signatures;

/// <summary>Asks every detector how its signatures are.</summary>
internal static class SignatureRequest
{
    /// <summary>A detector that judges answers within milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const int MaxDetectors = 256;

    /// <summary>What they answer; returns as soon as all of them have.</summary>
    /// <param name="bus">The connection.</param>
    /// <param name="expected">The instances that beat.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IReadOnlyList<SignatureList>> Ask(BusConnection bus, IReadOnlyCollection<string> expected, CancellationToken cancellation)
    {
        var inbox = bus.NewInbox();
        using var answers = bus.Subscribe(inbox, new BusSubscriptionOptions { Capacity = MaxDetectors });
        if (bus.TryPublish(MeshSubjects.InForce.Signatures, [], BusHeaders.None, inbox) != PublishStatus.Ok)
        {
            throw new BusException(BusErrorKind.Disconnected, "the bus is away: try again");
        }

        var lists = new Dictionary<string, SignatureList>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            while (expected.Any(e => !lists.ContainsKey(e)) && await answers.ReadAsync(patience.Token) is { } answer)
            {
                using (answer)
                {
                    if (TryRead(answer.Payload) is { } list)
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

        return [.. lists.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Value)];
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
