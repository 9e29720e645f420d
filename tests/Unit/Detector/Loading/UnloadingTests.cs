using TraceeMesh.Contracts.Events;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Loading;

/// <summary>What is replaced is gone, and an event is judged once whatever is replaced meanwhile.</summary>
public sealed class UnloadingTests
{
    [Fact]
    public async Task Assembly_Replaced_IsUnloaded()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "1"));
        await followed.Until("EX-1 1 running");
        await followed.Bench.Judge(Ptrace(1), Ptrace(2));
        var old = followed.AssemblyOf("EX-1");

        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "2"));
        await followed.Until("EX-1 2 running");
        await followed.Bench.Judge(Ptrace(3));

        await Followed.UntilCollected(() => !old.IsAlive, "the old assembly is gone");
    }

    [Fact]
    public async Task Assembly_ReplacedAHundredTimes_IsThereOnce()
    {
        const string name = "Hundred.dll";
        await using var followed = await Followed.StartAsync();
        var versions = Enumerable.Range(1, 4).Select(v => CompiledAssembly.Reporting("EX-1", $"{v}", "Hundred")).ToList();
        for (var i = 0; i < 100; i++)
        {
            followed.Put(name, versions[i % versions.Count]);
            await followed.Until($"EX-1 {(i % versions.Count) + 1} running");
            await followed.Bench.Judge(Ptrace((ulong)i));
        }

        await Followed.UntilCollected(() => Followed.Contexts(name) == 1, "one assembly is left");
        Assert.Equal(100, followed.Bench.Found.Count);
    }

    [Fact]
    public async Task Assembly_ThatFailsToLoad_IsNotKept()
    {
        const string name = "Failing.dll";
        await using var followed = await Followed.StartAsync();
        followed.Put(name, CompiledAssembly.Of("Failing", "public class Nothing {}"));
        await followed.Until($"{name}  failed");

        await Followed.UntilCollected(() => Followed.Contexts(name) == 0, "nothing of it is left");
    }

    [Fact]
    public async Task Assembly_ReplacedUnderLoad_JudgesEachEventOnce()
    {
        const int perFrame = 50;
        await using var followed = await Followed.StartAsync();
        var versions = Enumerable.Range(0, 2).Select(v => CompiledAssembly.Reporting("EX-1", $"{v}")).ToList();
        followed.Put("Acme.dll", versions[0]);
        await followed.Until("EX-1 0 running");
        using var enough = new CancellationTokenSource();
        ulong published = 0;
        var judging = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await followed.Bench.Judge([.. Enumerable.Range(0, perFrame).Select(_ => Ptrace(++published))]);
            }
        });

        for (var swap = 1; swap <= 10; swap++)
        {
            followed.Put("Acme.dll", versions[swap % 2]);
            await followed.Until($"EX-1 {swap % 2} running");
            var before = Volatile.Read(ref published);
            await TestWait.Until(() => Volatile.Read(ref published) > before + perFrame, "the new one judges");
        }

        await enough.CancelAsync();
        await judging;

        // The id of a finding follows from its event: as many ids as events, and as many findings as ids.
        Assert.Equal((long)published, followed.Bench.Found.Count);
        Assert.Equal((long)published, followed.Bench.Found.Select(f => f.Id).Distinct().Count());
        var judgedBy = followed.Bench.Json().Select(j => (string?)j["args"]![0]!["value"]).ToList();
        Assert.InRange(judgedBy.Zip(judgedBy.Skip(1)).Count(pair => pair.First != pair.Second), 10, 10);
    }

    private static Event Ptrace(ulong sequence)
    {
        var e = EventMaker.Make("ptrace", ("request", 0));
        e.Context.Sequence = sequence;
        return e;
    }
}
