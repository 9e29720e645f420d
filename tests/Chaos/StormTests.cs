using System.Globalization;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using Xunit;
using Xunit.Abstractions;

namespace TraceeMesh.Tests.Chaos;

/// <summary>
/// A known number of triggers while parts of the mesh are killed at random instants. Afterwards each trigger has exactly one finding.
/// <c>TRACEEMESH_STORM_SECONDS</c> says for how long, <c>TRACEEMESH_STORM_SEED</c> repeats one.
/// </summary>
[Collection(WholeMeshCollection.Name)]
public sealed class StormTests(ITestOutputHelper output)
{
    private const int HostRate = 40;
    private const int ContainerRate = 40;
    private const int DefaultSeconds = 8;
    private const double SettleSeconds = 60;

    // Their streams hold what they have not done: whoever starts again goes on. The bus and the collector hold what nobody else has.
    private static readonly string[] Victims = ["detector", "enricher", "datasource-api"];

    private const string CountsToHundred = """
        public sealed class Hundredth : Signature
        {
            private ISignatureState _state = null!;
            public override SignatureMetadata Metadata { get; } = new("TEST-100", "hundredth_traceme");
            public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "ptrace")];
            public override void Init(ISignatureContext context) => _state = context.State;
            public override ValueTask OnEvent(Event e, CancellationToken cancellation)
            {
                var container = e.Context.ContainerId.ToString();
                if (container.Length > 0 && _state.Increment(e, container, TimeSpan.FromMinutes(30)) == 100) Report(e);
                return default;
            }
        }
        """;

    private readonly Random _random = new(Seed);

    private static int Seed { get; } = Setting("TRACEEMESH_STORM_SEED") ?? Random.Shared.Next();

    [Fact]
    public async Task Triggers_WhileDetectorsEnrichersAndDataSourcesAreKilled_AreFoundOnce()
    {
        var seconds = Setting("TRACEEMESH_STORM_SECONDS") ?? DefaultSeconds;
        output.WriteLine($"seed {Seed}, {seconds} s");
        await using var mesh = await LiveMesh.StartAsync("--detectors", "2");
        await LoadAsync(mesh);
        await using var bus = await mesh.ConnectAsync("detector");
        await SelectedAsync(mesh);

        var container = string.Concat(Enumerable.Repeat($"{Environment.ProcessId % 65536:x4}", 16));
        using var host = TriggerRun.Start(HostRate, seconds);
        using var contained = TriggerRun.Start(ContainerRate, seconds, container);
        var inFlight = await KillAsync(new MeshProcesses(mesh.Pid), new FramesInFlight(bus), Victims, seconds);
        var triggers = await host.EndAsync() + await contained.EndAsync();
        await SettleAsync(mesh);
        Compare(triggers, await FindingsAsync(bus, [host.Parent, contained.Parent]));

        Assert.True(inFlight > 0, "no frame was in flight at any kill: this proved nothing");
    }

    private async Task<long> KillAsync(MeshProcesses processes, FramesInFlight frames, string[] victims, int seconds)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var left = new Queue<string>(Shuffled(victims));
        long most = 0;
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(200, Math.Max(1000 * seconds / (victims.Length + 1), 400))), time);
            if (time.GetElapsedTime(started).TotalSeconds >= seconds)
            {
                return most;
            }

            // Each once, then any.
            var victim = left.TryDequeue(out var next) ? next : victims[_random.Next(victims.Length)];
            if (processes.Of(victim) is { Count: > 0 } running)
            {
                var count = await frames.CountAsync();
                MeshProcesses.Kill(running[_random.Next(running.Count)]);
                output.WriteLine($"{time.GetElapsedTime(started).TotalSeconds:0.0} s: {victim} killed, {count} frames in flight");
                most = Math.Max(most, count);
            }
        }
    }

    private void Compare(int triggers, Dictionary<string, List<JsonObject>> found)
    {
        var findings = found.GetValueOrDefault("anti_debugging") ?? [];
        output.WriteLine($"{triggers} triggers, {findings.Count} findings");

        Assert.Equal(triggers, findings.Count);
        Assert.Equal(triggers, findings.DistinctBy(f => (string?)f["mesh"]!["id"]).Count());
        Assert.Equal(triggers, findings.DistinctBy(f => (int)f["hostProcessId"]!).Count());
        Assert.True(findings.Count(f => ((string?)f["container"]?["id"] ?? "").Length > 0) >= 100, "too few triggers in the container");
        Assert.Single(found["hundredth_traceme"]);
    }

    private static async Task LoadAsync(LiveMesh mesh)
    {
        await File.WriteAllBytesAsync(Path.Combine(mesh.StateDirectory, "signatures", "Hundredth.dll"), CompiledAssembly.Of("Hundredth", CountsToHundred));
        await TestWait.Until(
            async () => (await mesh.RunAsync("signatures", "--json")).Objects.Any(s => (string?)s["id"] == "TEST-100" && (string?)s["state"] == "running"),
            "the signature that counts is loaded",
            SettleSeconds,
            mesh.Describe);
    }

    // Until the signature's selection is in force an event is nobody's.
    private static async Task SelectedAsync(LiveMesh mesh)
    {
        await TestWait.Until(
            async () =>
            {
                var (pid, _) = await Shell.RunAsync(Trigger.PathOf("traceme"));
                try
                {
                    await mesh.WaitForOutputAsync(l => l.Contains("anti_debugging", StringComparison.Ordinal) && l.Contains($"[{pid}]", StringComparison.Ordinal), TimeSpan.FromSeconds(1));
                    return true;
                }
                catch (TimeoutException)
                {
                    return false;
                }
            },
            "the first trigger is found",
            SettleSeconds,
            mesh.Describe);
    }

    private static async Task SettleAsync(LiveMesh mesh)
    {
        CommandResult? ledger = null;
        await TestWait.Until(
            async () => (ledger = await mesh.RunAsync("ledger", "--no-loss", "--timeout", "5s")).ExitCode == ExitCode.Ok,
            "the ledger balances without a loss",
            SettleSeconds,
            () => $"{ledger?.Output}{ledger?.Errors}\n{mesh.Describe()}");
    }

    /// <summary>The stored findings on children of these processes, by signature.</summary>
    private static async Task<Dictionary<string, List<JsonObject>>> FindingsAsync(BusConnection bus, int[] parents)
    {
        var jetStream = new JetStream(bus);
        var stream = new StreamTable(new Subjects()).Findings.Name;
        var found = new Dictionary<string, List<JsonObject>>();
        var last = (await jetStream.FindStreamAsync(stream))!.LastSequence;
        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition(stream));
        for (long sequence = 0; sequence < last;)
        {
            var result = await consumer.ReadAsync();
            using var message = result.Message ?? throw new InvalidOperationException($"the findings cannot be read: {result.Status}");
            sequence = message.Metadata.StreamSequence;
            var finding = JsonNode.Parse(message.Payload)!.AsObject();
            if (parents.Contains((int)finding["hostParentProcessId"]!))
            {
                var name = (string)finding["eventName"]!;
                if (!found.TryGetValue(name, out var list))
                {
                    found[name] = list = [];
                }

                list.Add(finding);
            }
        }

        return found;
    }

    private List<string> Shuffled(IEnumerable<string> victims)
    {
        var order = victims.ToArray();
        _random.Shuffle(order);
        return [.. order];
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
