using System.Text.Json;
using TraceeMesh.Bus;

namespace TraceeMesh.Cli.Triggers;

/// <summary>Gives the findings on the bus to the runs that wait for theirs.</summary>
/// <param name="findings">All findings.</param>
internal sealed class FindingWatch(BusSubscription findings)
{
    private readonly Lock _lock = new();
    private readonly List<Waiting> _waiting = [];

    /// <summary>Completes with the run's finding, whole.</summary>
    public Task<byte[]> Expect(TriggerRun run, string signature)
    {
        var waiting = new Waiting(run, signature, new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            _waiting.Add(waiting);
        }

        return waiting.Seen.Task;
    }

    /// <summary>Completes when cancelled or the bus is closed for good.</summary>
    public async Task Read(CancellationToken cancellation)
    {
        try
        {
            await foreach (var message in findings.ReadAllAsync(cancellation))
            {
                using (message)
                {
                    Give(message.PayloadMemory);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // All have theirs.
        }
    }

    private void Give(ReadOnlyMemory<byte> finding)
    {
        lock (_lock)
        {
            var index = _waiting.FindIndex(w => w.Run.IsIn(finding.Span) && NameOf(finding) == w.Signature);
            if (index >= 0)
            {
                _waiting[index].Seen.SetResult(finding.ToArray());
                _waiting.RemoveAt(index);
            }
        }
    }

    // Only messages that hold a mark are read; whoever published it may have written anything.
    private static string? NameOf(ReadOnlyMemory<byte> finding)
    {
        try
        {
            using var document = JsonDocument.Parse(finding);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("eventName", out var name) && name.ValueKind == JsonValueKind.String
                ? name.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Waiting(TriggerRun Run, string Signature, TaskCompletionSource<byte[]> Seen);
}
