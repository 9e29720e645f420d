using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Ledger;

/// <summary>Takes a cut of one node and waits until its books have passed it.</summary>
internal sealed class NodeLedger(BusConnection bus, string node)
{
    private static readonly TimeSpan CutTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly JetStream _jetStream = new(bus);
    private readonly StreamTable _streams = new(MeshSubjects.InForce);

    /// <summary>The books, balanced, or as they were when the time was over.</summary>
    public async Task<NodeReport> Balance(TimeSpan timeout, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(timeout);
        var report = new NodeReport { Node = node, LoadId = "", Balanced = false, Reason = "its collector does not answer" };
        try
        {
            var cut = await Cut(patience.Token);
            report = report with { LoadId = cut.LoadId, Produced = cut.Produced, Reason = "its enricher keeps no books of this load yet" };
            while (true)
            {
                report = await Reckon(cut, report, patience.Token);
                if (report.Balanced)
                {
                    return report;
                }

                await Task.Delay(PollInterval, bus.Time, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return report;
        }
    }

    private async Task<LedgerCut> Cut(CancellationToken cancellation)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new ControlRequest { Op = ControlRequest.Cut }, MeshJson.Default.ControlRequest);
        while (true)
        {
            using (var reply = await bus.RequestAsync(MeshSubjects.InForce.Control(node), request, CutTimeout, BusHeaders.Json, cancellation))
            {
                if (reply.Status == ReplyStatus.Ok)
                {
                    return JsonSerializer.Deserialize(reply.Payload, MeshJson.Default.LedgerCut)
                        ?? throw new CommandException(ExitCode.Failure, $"the collector of {node} answered a cut with nothing");
                }
            }

            await Task.Delay(PollInterval, bus.Time, cancellation);
        }
    }

    private async Task<NodeReport> Reckon(LedgerCut cut, NodeReport last, CancellationToken cancellation)
    {
        if (await Read(_streams.Ledger.Name, MeshSubjects.InForce.Ledger(node), MeshJson.Default.NodeAccount, cancellation) is not { } account || account.LoadId != cut.LoadId)
        {
            return last;
        }

        var report = Reckoning.Report(account, await JudgedOf(account, cancellation));
        return account.Produced >= cut.Produced
            ? report
            : report with { Balanced = false, Reason = $"{cut.Produced - account.Produced} events have not reached the enricher's books" };
    }

    private async Task<Dictionary<int, JudgedAccount>> JudgedOf(NodeAccount account, CancellationToken cancellation)
    {
        var judged = new Dictionary<int, JudgedAccount>();
        var bucket = new KeyValueBucket(_jetStream, _streams.Leases.Name);
        foreach (var partition in account.Emitted.Keys)
        {
            if (await bucket.GetAsync($"p{partition}", cancellation) is { IsDeleted: false } entry
                && JsonSerializer.Deserialize(entry.Value.Span, MeshJson.Default.LeaseRecord) is { } lease
                && lease.Nodes.TryGetValue(node, out var books))
            {
                judged[partition] = books;
            }
        }

        return judged;
    }

    private async Task<T?> Read<T>(string stream, string subject, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        if (await _jetStream.FindStreamAsync(stream, cancellation) is null)
        {
            return null;
        }

        var message = await _jetStream.GetLastMessageAsync(stream, subject, cancellation);
        return message is null ? null : JsonSerializer.Deserialize(message.Payload.Span, type);
    }
}
