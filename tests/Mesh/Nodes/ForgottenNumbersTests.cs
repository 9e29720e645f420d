using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Mesh.Detector;
using TraceeMesh.Tests.Mesh.Enricher;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>
/// Bus and enricher die together: the event frames are gone, and the ledger, from which the next enricher goes on, is behind what
/// detectors have judged.
/// </summary>
public sealed class ForgottenNumbersTests : IAsyncLifetime
{
    private EnricherMesh _mesh = null!;
    private DetectorProcess? _detector;

    public async Task InitializeAsync() => _mesh = await EnricherMesh.StartAsync();

    public async Task DisposeAsync()
    {
        _detector?.Dispose();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task Events_NumberedFromAStaleLedger_AreJudgedAndTheBooksBalance()
    {
        _detector = new DetectorProcess(_mesh.Server, "d1", DetectorProcess.Real);
        await SendAsync(0, 2);
        var stale = await LedgerAsync(a => a.Produced == 2);
        await SendAsync(2, 10);
        await FindingsAsync(12);

        await LoseBusAndEnricherAsync(stale);

        // The collector had no acknowledgement of the last five, and goes on behind them.
        await SendAsync(7, 5);
        await SendAsync(12, 6);
        var findings = await FindingsAsync(18);

        Assert.Equal(Enumerable.Range(0, 18).Select(p => (long)p), findings.Select(f => (long)f["mesh"]!["position"]!).Order());
        var report = await BalancedAsync(18);
        Assert.Equal((5L, true), (report.Lost[LossReasons.BusRestart], report.Balanced));
    }

    [Fact]
    public async Task Load_OfWhichTheLedgerKnowsNothing_IsJudged()
    {
        _detector = new DetectorProcess(_mesh.Server, "d1", DetectorProcess.Real);
        await SendAsync(0, 4);
        await LedgerAsync(a => a.Produced == 4);
        await FindingsAsync(4);

        await LoseBusAndEnricherAsync(null);
        await SendAsync(4, 3);

        Assert.Equal(7, (await FindingsAsync(7)).Count);
        Assert.Equal(4, (await BalancedAsync(7)).Lost[LossReasons.BusRestart]);
    }

    [Fact]
    public async Task Repeats_OfJudgedEvents_AreCountedOnceByASignature()
    {
        _detector = new DetectorProcess(_mesh.Server, "d1", DetectorProcess.WithTestSignatures);
        await _mesh.SendAsync(0, new RecordBuilder().SnapshotEnd());
        var stale = await LedgerAsync(a => a.Produced == 1);
        var container = new RecordBuilder(1).Cgroup(EventIds.CgroupMkdir, 77, $"/docker/{new string('a', 64)}");
        container.Head.Flags |= RecordFlags.ContainerStarted;
        container.Exec("/bin/app");
        for (var i = 0; i < 40; i++)
        {
            container.Ptrace();
        }

        await _mesh.SendAsync(1, container);
        // The records of the directory and the exec, what is derived from the first, and the forty.
        await JudgedAsync(43);

        await LoseBusAndEnricherAsync(stale);
        await _mesh.SendAsync(1, container);
        await SendAsync(43, 80);

        // Positions 3 to 42 are the first forty.
        var finding = Assert.Single(await FindingsAsync(1));
        Assert.Equal(("hundredth_ptrace", 102), ((string?)finding["eventName"], (int)finding["mesh"]!["position"]!));
        await BalancedAsync(123);
        Assert.Single(await FindingsAsync(1));
    }

    // The ledger's last word is as old as the test says, or was never written.
    private async Task LoseBusAndEnricherAsync(ReadOnlyMemory<byte>? ledger)
    {
        await _mesh.KillEnricherAsync();
        if (ledger is { } last)
        {
            (await _mesh.JetStream.PublishAsync(_mesh.Subjects.Ledger(RawFrames.Node), last.Span)).OrThrow("ledger");
        }
        else
        {
            await _mesh.JetStream.PurgeStreamAsync(_mesh.Streams.Ledger.Name);
        }

        var epoch = _mesh.Bus.Epoch;
        await _mesh.Server.RestartAsync();
        await TestWait.Until(() => _mesh.Bus.Epoch > epoch && _mesh.Bus.State == BusState.Connected, "the bus is back");
        await _mesh.JetStream.EnsureStreamAsync(_mesh.Streams.Raw(RawFrames.Node));
        await _mesh.StartEnricherAsync();
    }

    private Task SendAsync(long first, int count)
    {
        var records = new RecordBuilder((ulong)first);
        for (var i = 0; i < count; i++)
        {
            records.Ptrace();
        }

        return _mesh.SendAsync(first, records);
    }

    private async Task<ReadOnlyMemory<byte>> LedgerAsync(Func<NodeAccount, bool> condition)
    {
        await _mesh.AccountAsync(condition);
        return (await _mesh.JetStream.GetLastMessageAsync(_mesh.Streams.Ledger.Name, _mesh.Subjects.Ledger(RawFrames.Node)))!.Payload.ToArray();
    }

    private async Task<IReadOnlyList<JsonNode>> FindingsAsync(int count)
    {
        StreamState? state = null;
        await TestWait.Until(
            async () => (state = await _mesh.JetStream.FindStreamAsync(_mesh.Streams.Findings.Name))?.Messages >= count, $"{count} findings", 20, () => $"{state?.Messages} findings\n{_detector!.Log}");
        var findings = new List<JsonNode>();
        for (var sequence = state!.FirstSequence; sequence <= state.LastSequence; sequence++)
        {
            findings.Add(JsonNode.Parse((await _mesh.JetStream.GetMessageAsync(_mesh.Streams.Findings.Name, sequence))!.Payload.Span)!);
        }

        return findings;
    }

    private async Task JudgedAsync(long events) => await TestWait.Until(
        async () => (await LeasesAsync()).Values.Any(b => b.Judged is [[0, var to]] && to == events), $"{events} are judged", 20, () => _detector!.Log);

    private async Task<NodeReport> BalancedAsync(long produced)
    {
        NodeReport? report = null;
        await TestWait.Until(
            async () =>
            {
                var message = await _mesh.JetStream.GetLastMessageAsync(_mesh.Streams.Ledger.Name, _mesh.Subjects.Ledger(RawFrames.Node));
                var account = JsonSerializer.Deserialize(message!.Payload.Span, MeshJson.Default.NodeAccount)!;
                report = Reckoning.Report(account, await LeasesAsync());
                return account.Produced == produced && report.Balanced;
            },
            "the books balance",
            20,
            () => $"{report}\n{_detector!.Log}");
        return report!;
    }

    private async Task<Dictionary<int, JudgedAccount>> LeasesAsync()
    {
        var judged = new Dictionary<int, JudgedAccount>();
        var bucket = new KeyValueBucket(_mesh.JetStream, _mesh.Streams.Leases.Name);
        for (var partition = 0; partition < Contracts.Partitioning.Partitions; partition++)
        {
            if (await bucket.GetAsync($"p{partition}") is { IsDeleted: false } entry
                && JsonSerializer.Deserialize(entry.Value.Span, MeshJson.Default.LeaseRecord)!.Nodes.TryGetValue(RawFrames.Node, out var books))
            {
                judged[partition] = books;
            }
        }

        return judged;
    }
}
