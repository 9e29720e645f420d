using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Ledger;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh ledger</c>: whether every event up to now is accounted for.</summary>
internal static class LedgerCommand
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var timeout = new Option<TimeSpan?>("--timeout") { Description = "How long to wait until the books have caught up [default: 10s]", CustomParser = CommonOptions.ParseDuration };
        var noLoss = new Option<bool>("--no-loss") { Description = "Exit code 2 when the books balance and something was lost" };
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("ledger", "Wait until every event produced up to now is judged, filtered or lost by name; exit code 1 when the books do not balance") { json, timeout, noLoss, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(
            MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
            parsed.GetValue(json),
            parsed.GetValue(timeout) ?? DefaultTimeout,
            parsed.GetValue(noLoss),
            cancellation));
        return command;
    }

    private static async Task<int> Run(MeshAddress address, bool json, TimeSpan timeout, bool noLoss, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "a cut of the books is not for readers: run as the user who started the mesh, whose state directory holds the credentials");
        }

        await using var bus = await MeshConnection.Open(address, cancellation);
        var nodes = await KnownNodes.All(bus, asReader: false, cancellation);
        if (nodes.Count == 0)
        {
            throw new CommandException(ExitCode.Failure, $"no node keeps books on {address.Nats}: no collector or enricher was heard");
        }

        var reports = await Task.WhenAll(nodes.Select(node => new NodeLedger(bus, node).Balance(timeout, cancellation)));
        foreach (var report in reports)
        {
            Console.WriteLine(json ? JsonSerializer.Serialize(report, LedgerJson.Default.NodeReport) : Text(report));
        }

        return reports.Any(r => !r.Balanced) ? ExitCode.Failure
            : noLoss && reports.Any(r => r.AnyLost) ? ExitCode.Lost
            : ExitCode.Ok;
    }

    private static string Text(NodeReport report)
    {
        List<string> lines =
        [
            $"{report.Node}: {(report.Balanced ? "the books balance" : $"the books do not balance: {report.Reason}")}",
            Row("produced", report.Produced),
            Row("derived", report.Derived),
            Row("judged", report.Judged),
            .. report.Filtered.Select(f => Row($"filtered ({f.Key})", f.Value)),
            .. report.Lost.Select(l => Row($"lost ({l.Key})", l.Value)),
            Row("in flight", report.InFlight),
            .. report.Losses.Select(l => $"  lost [{l.From}, {l.To}) {l.Reason}"),
            .. report.Unclosed.Select(l => $"  load {l} ended without closing its books: what it had in the ring is unknown"),
        ];
        return string.Join('\n', lines);
    }

    private static string Row(string name, long count) => string.Create(CultureInfo.InvariantCulture, $"  {name,-28} {count,14}");
}
