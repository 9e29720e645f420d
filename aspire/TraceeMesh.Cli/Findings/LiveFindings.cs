using TraceeMesh.Bus;

namespace TraceeMesh.Cli.Findings;

/// <summary>Findings as they come, repeats folded.</summary>
internal static class LiveFindings
{
    /// <summary>Completes when cancelled or the bus is closed for good.</summary>
    public static async Task Print(BusSubscription findings, TextWriter output, TextWriter messages, TimeProvider time, CancellationToken cancellation)
    {
        var recent = new RecentFindings();
        var fold = new FindingFold(
            line =>
            {
                output.WriteLine(line);
                output.Flush();
            },
            time);
        var folding = fold.RunAsync(cancellation);
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

                    if (!fold.TryTake(message.PayloadMemory))
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

        await folding;
        fold.Flush();
    }
}
