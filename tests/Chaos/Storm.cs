using System.Globalization;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using Xunit.Abstractions;

namespace TraceeMesh.Tests.Chaos;

/// <summary>
/// A known number of triggers while parts of a mesh are struck at random instants. Afterwards triggers, findings and the ledger are
/// compared; what does not agree is a problem.
/// </summary>
internal sealed class Storm(StormPlan plan, int seed, ITestOutputHelper output)
{
    private const int HostRate = 40;
    private const int ContainerRate = 40;
    private const double LoadSeconds = 60;

    // A detector that is paused may judge the frame in its hand when another one has it already.
    private const int RepeatsOfAFrame = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RefusalLength = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PauseLength = TimeSpan.FromSeconds(6);

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

    private readonly Random _random = new(seed);
    private readonly List<string> _problems = [];
    private readonly TimeProvider _time = TimeProvider.System;
    private long _repeated;

    /// <summary>Lets it blow.</summary>
    /// <returns>What did not agree.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        output.WriteLine($"seed {seed}, {plan.Seconds} s{(plan.SwitchedOff is null ? "" : $", without {plan.SwitchedOff}")}");
        var environment = plan.SwitchedOff is null
            ? new Dictionary<string, string>()
            : new Dictionary<string, string> { [Mechanisms.Variable] = plan.SwitchedOff, [Mechanisms.Permission] = "yes" };
        await using var mesh = await LiveMesh.StartAsync(environment, "--detectors", "2");
        await LoadAsync(mesh);
        await using var bus = await mesh.ConnectAsync(Permissions.CommandLine);
        await mesh.FindsAsync("anti_debugging", async () => (await Shell.RunAsync(Trigger.PathOf("traceme"))).Pid);

        var container = string.Concat(Enumerable.Repeat($"{Environment.ProcessId % 65536:x4}", 16));
        using var host = TriggerRun.Start(HostRate, plan.Seconds);
        using var contained = TriggerRun.Start(ContainerRate, plan.Seconds, container);
        await StrikeAsync(mesh, bus);
        var triggers = await host.EndAsync() + await contained.EndAsync();
        var lost = await SettleAsync(mesh);
        await CompareAsync(mesh, triggers, lost, await StoredFindings.OnChildrenOfAsync(bus, host.Parent, contained.Parent));
        if (_problems.Count > 0)
        {
            await TellAsync(mesh);
        }

        return _problems;
    }

    private async Task StrikeAsync(LiveMesh mesh, BusConnection bus)
    {
        var frames = new FramesInFlight(bus);
        var processes = new MeshProcesses(mesh.Pid);
        var started = _time.GetTimestamp();
        var order = (Blow[])plan.Blows.Clone();
        _random.Shuffle(order);
        var left = new Queue<Blow>(order);
        long most = 0;
        while (true)
        {
            var pause = plan.Pause.Least + (_random.NextDouble() * (plan.Pause.Most - plan.Pause.Least));
            if (_time.GetElapsedTime(started) + pause > TimeSpan.FromSeconds(plan.Seconds))
            {
                break;
            }

            await Task.Delay(pause, _time);
            var blow = left.TryDequeue(out var next) ? next : plan.Blows[_random.Next(plan.Blows.Length)];
            if (processes.Of(blow.Part) is { Count: > 0 } running)
            {
                var pid = running[_random.Next(running.Count)];
                var count = await frames.CountAsync();
                output.WriteLine($"{_time.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s: {blow.Part} {blow.Kind}, {count} frames in flight");
                most = Math.Max(most, count);
                await StrikeAsync(mesh, bus, blow.Kind, pid);
            }
        }

        Check(most > 0, "no frame was in flight at any blow: this proves nothing");
    }

    private async Task StrikeAsync(LiveMesh mesh, BusConnection bus, BlowKind kind, int pid)
    {
        switch (kind)
        {
            case BlowKind.Pause:
                await MeshProcesses.SignalAsync("STOP", pid);
                await Task.Delay(PauseLength, _time);
                await MeshProcesses.SignalAsync("CONT", pid);
                break;
            case BlowKind.Cut:
                await Connections.CutAsync(pid, new Uri(mesh.NatsUrl).Port);
                break;
            case BlowKind.Refuse:
                await new RefusingStream(bus).RefuseAsync(RefusalLength);
                break;
            default:
                MeshProcesses.Kill(pid);
                break;
        }
    }

    /// <summary>Waits until the books balance.</summary>
    /// <returns>How many events are lost by name.</returns>
    private async Task<long> SettleAsync(LiveMesh mesh)
    {
        CommandResult ledger;
        var started = _time.GetTimestamp();
        do
        {
            ledger = await mesh.RunAsync("ledger", "--json", "--timeout", "5s");
        }
        while (ledger.ExitCode != ExitCode.Ok && _time.GetElapsedTime(started).TotalSeconds < plan.SettleSeconds);

        output.WriteLine(ledger.Output.Trim());
        Check(ledger.ExitCode == ExitCode.Ok, $"the books do not balance: {ledger.Errors.Trim()}");
        if (ledger.Objects is not [var node, ..])
        {
            return 0;
        }

        var lost = node["lost"]!.AsObject().Where(l => (long)l.Value! > 0).ToDictionary(l => l.Key, l => (long)l.Value!);
        Check(plan.MayLose || lost.Count == 0, $"lost, though nothing was to be: {string.Join(", ", lost)}");
        Check(lost.Keys.All(reason => reason == LossReasons.BusRestart), $"lost for reasons that were not there: {string.Join(", ", lost)}");
        return lost.Values.Sum();
    }

    private async Task CompareAsync(LiveMesh mesh, int triggers, long lost, Dictionary<string, List<JsonObject>> found)
    {
        var findings = found.GetValueOrDefault("anti_debugging") ?? [];
        var judged = findings.DistinctBy(f => (int)f["hostProcessId"]!).Count();
        output.WriteLine($"{triggers} triggers, {findings.Count} findings, {lost} events lost by name");
        Check(findings.Count == judged, $"{findings.Count - judged} findings are in the stream twice");
        Check(judged <= triggers, $"{judged - triggers} findings on nothing");
        Check(triggers - judged <= lost, $"{triggers - judged} of {triggers} triggers have no finding, and {lost} events are named as lost");

        var contained = findings.Where(f => ((string?)f["container"]?["id"] ?? "").Length > 0).ToList();
        var hundredth = found.GetValueOrDefault("hundredth_traceme") ?? [];
        Check(hundredth.Count == (contained.Count >= 100 ? 1 : 0), $"of {contained.Count} triggers in the container the hundredth was found {hundredth.Count} times");
        Check(hundredth.All(h => (string?)h["mesh"]!["completeness"]!["state"] != "cold"), "what the hundredth was counted with is cold");
        if (plan.Blows.Any(b => b.Kind == BlowKind.Pause))
        {
            _repeated = await RepeatedAsync(mesh);
            Check(_repeated <= RepeatsOfAFrame * plan.Seconds / 6, $"{_repeated} findings were made again by a detector whose lease another one had");
        }
    }

    // What there is to find the cause with.
    private async Task TellAsync(LiveMesh mesh)
    {
        output.WriteLine(mesh.Describe());
        output.WriteLine((await mesh.RunAsync("status", "--json")).Output.Trim());
        foreach (var signature in (await mesh.RunAsync("signatures", "--json")).Objects.Where(s => (string?)s["state"] != "running"))
        {
            output.WriteLine(signature.ToJsonString());
        }

        foreach (var problem in _problems)
        {
            output.WriteLine($"problem: {problem}");
        }
    }

    private static async Task<long> RepeatedAsync(LiveMesh mesh) =>
        (await mesh.RunAsync("status", "--json")).Objects.Sum(o => (long?)o["counters"]?["findings_repeated"] ?? 0);

    private void Check(bool holds, string problem)
    {
        if (!holds)
        {
            _problems.Add(problem);
        }
    }

    private static async Task LoadAsync(LiveMesh mesh)
    {
        await File.WriteAllBytesAsync(Path.Combine(mesh.StateDirectory, "signatures", "Hundredth.dll"), CompiledAssembly.Of("Hundredth", CountsToHundred));
        await TestWait.Until(
            async () => (await mesh.RunAsync("signatures", "--json")).Objects.Any(s => (string?)s["id"] == "TEST-100" && (string?)s["state"] == "running"),
            "the signature that counts is loaded",
            LoadSeconds,
            mesh.Describe);
    }
}
