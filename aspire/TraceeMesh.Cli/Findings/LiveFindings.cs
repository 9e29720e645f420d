using TraceeMesh.Bus;

namespace TraceeMesh.Cli.Findings;

/// <summary>Findings as they come, a line each.</summary>
internal static class LiveFindings
{
    /// <summary>Completes when cancelled or the bus is closed for good.</summary>
    public static async Task Print(BusSubscription findings, TextWriter output, TextWriter messages, CancellationToken cancellation)
    {
        var recent = new RecentFindings();
        try
        {
            await foreach (var message in findings.ReadAllAsync(cancellation))
            {
                using (message)
                {
                    if (message.Headers.TryGet(BusHeaders.MessageId, out var id) && !recent.IsNew(id))
                    {
                        continue;
                    }

                    if (FindingLine.TryFormat(message.PayloadMemory, out var line))
                    {
                        await output.WriteLineAsync(line);
                        await output.FlushAsync(CancellationToken.None);
                    }
                    else
                    {
                        await messages.WriteLineAsync($"a message on {message.Subject} is no finding: skipped");
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to end.
        }
    }
}
