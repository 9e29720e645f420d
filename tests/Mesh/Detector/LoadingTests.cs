using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Detector;

/// <summary>A detector whose signatures change while it judges.</summary>
public sealed class LoadingTests
{
    [Fact]
    public async Task Signatures_SwappedUnderLoad_FindEachEventOnce()
    {
        const int frames = 400;
        const int perFrame = 50;
        using var signatures = new TemporaryDirectory();
        await File.WriteAllBytesAsync(signatures["Acme.dll"], CompiledAssembly.Reporting("EX-1", "0", selects: "sched_process_exit"));
        await using var bus = await EventBus.StartAsync();
        bus.StartDetector("d1", arguments: ["--signatures", signatures.Path]);
        await bus.OwnedAsync("d1");

        // 10 000 events a second: a frame of 50 every 5 ms.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var frame = 0; frame < frames; frame++)
        {
            await pace.WaitForNextTickAsync();
            await bus.PublishAsync(perFrame, make: () => EventMaker.Make("sched_process_exit", ("exit_code", 0)));
            if (frame % 80 == 40)
            {
                await File.WriteAllBytesAsync(signatures["Acme.new"], CompiledAssembly.Reporting("EX-1", $"{frame}", selects: "sched_process_exit"));
                File.Move(signatures["Acme.new"], signatures["Acme.dll"], overwrite: true);
            }
        }

        var findings = await bus.FindingsAsync(frames * perFrame, 60);
        Assert.Equal(frames * perFrame, findings.Count);
        Assert.Equal(frames * perFrame, findings.Select(f => (long)f["mesh"]!["position"]!).Distinct().Count());
        Assert.True(findings.Select(f => (string?)f["metadata"]!["Version"]).Distinct().Count() > 1);
    }

    [Fact]
    public async Task Selection_FollowsTheDirectory_WithinASecond()
    {
        using var signatures = new TemporaryDirectory();
        await using var bus = await EventBus.StartAsync();
        bus.StartDetector("d1", arguments: ["--signatures", signatures.Path]);
        await bus.OwnedAsync("d1");

        await File.WriteAllBytesAsync(signatures["Acme.dll"], CompiledAssembly.Reporting("EX-1", "1", selects: "cgroup_mkdir"));

        var selections = new KeyValueBucket(bus.JetStream, bus.Streams.Selection.Name);
        await bus.EventuallyAsync(
            async () => JsonSerializer.Deserialize((await selections.GetAsync("detector.d1"))!.Value.Span, MeshJson.Default.Selection)!.Events.Contains("cgroup_mkdir"),
            "cgroup_mkdir is selected");
    }

    [Fact]
    public async Task Exceptions_ChangedWhileItJudges_KeepBackWhatTheyNameAndCountIt()
    {
        using var signatures = new TemporaryDirectory();
        await using var bus = await EventBus.StartAsync();
        bus.StartDetector("d1", arguments: ["--signatures", signatures.Path]);
        await bus.OwnedAsync("d1");
        var published = 0L;
        await PublishAsync();
        await bus.FindingsAsync(1);

        await File.WriteAllTextAsync(signatures["signatures.yaml"], "signatures: { TRC-102: { exceptions: [ { image: 'shop/*' } ] } }");
        await bus.EventuallyAsync(async () => { await PublishAsync(); return (await StatusAsync()).Suppressed > 0; }, "a finding is kept back");
        var before = await JudgedAsync();
        await PublishAsync();
        await PublishAsync();
        var kept = await JudgedAsync();
        Assert.Equal((before.Findings, before.Suppressed + 2), (kept.Findings, kept.Suppressed));

        File.Delete(signatures["signatures.yaml"]);
        await bus.EventuallyAsync(async () => { await PublishAsync(); return (await StatusAsync()).Findings > kept.Findings; }, "findings are found again");
        var last = await JudgedAsync();
        Assert.Equal(published, last.Findings + last.Suppressed);
        Assert.Equal(last.Findings, (await bus.FindingsAsync(last.Findings)).Count);

        async Task PublishAsync()
        {
            published++;
            await bus.PublishAsync(1, make: () =>
            {
                var e = EventMaker.Make("ptrace", ("request", 0)).InContainer("270f747aa981");
                e.Context.ContainerImage = Utf8Text.From("shop/cart:1");
                return e;
            });
        }

        async Task<SignatureStatus> StatusAsync()
        {
            using var answer = await bus.Connection.RequestMessageAsync(bus.Subjects.Signatures, default, TimeSpan.FromSeconds(5));
            return JsonSerializer.Deserialize(answer.Payload, MeshJson.Default.SignatureList)!.Signatures.Single(s => s.Id == "TRC-102");
        }

        async Task<SignatureStatus> JudgedAsync()
        {
            SignatureStatus? status = null;
            await bus.EventuallyAsync(async () => (status = await StatusAsync()).Evaluations == published, "all are judged");
            return status!;
        }
    }

    [Fact]
    public async Task Detectors_Asked_TellTheirSignatures()
    {
        using var signatures = new TemporaryDirectory();
        await File.WriteAllTextAsync(signatures["Broken.dll"], "no assembly");
        await File.WriteAllTextAsync(signatures["signatures.yaml"], "signatures: { TRC-105: { enabled: false } }");
        await using var bus = await EventBus.StartAsync();
        bus.StartDetector("d1", arguments: ["--signatures", signatures.Path]);
        await bus.OwnedAsync("d1");
        await bus.PublishAsync(3);
        await bus.FindingsAsync(3);

        SignatureList? list = null;
        await bus.EventuallyAsync(
            async () =>
            {
                using var answer = await bus.Connection.RequestMessageAsync(bus.Subjects.Signatures, default, TimeSpan.FromSeconds(5));
                list = JsonSerializer.Deserialize(answer.Payload, MeshJson.Default.SignatureList);
                return list!.Signatures.Single(s => s.Id == "TRC-102").Findings == 3;
            },
            "the findings are counted");

        Assert.Equal("d1", list!.Instance);
        Assert.Equal(SignatureStatus.Running, list.Signatures.Single(s => s.Id == "TRC-102").State);
        Assert.Equal(SignatureStatus.Disabled, list.Signatures.Single(s => s.Id == "TRC-105").State);
        Assert.Equal((SignatureStatus.Failed, "it is not a .NET assembly"), (list.Signatures.Single(s => s.Id == "Broken.dll").State, list.Signatures.Single(s => s.Id == "Broken.dll").Reason));
    }
}
