using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Collector;
using TraceeMesh.Collector.Framing;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>What a load leaves pinned, and what the next collector makes of it.</summary>
[Collection(nameof(LoadedKernel))]
public sealed class PinTests : IDisposable
{
    private const uint Load = 0x1234abcd;
    private static readonly string Node = $"pin-test-{Environment.ProcessId}";
    private static readonly byte[] Owner = new byte[32];

    private readonly KernelOptions _options = new() { RingBytes = 1 << 20, LoadId = Load, Owner = Owner };

    public void Dispose()
    {
        foreach (var pins in PinDirectory.Abandoned(PinDirectory.DefaultRoot, Node))
        {
            pins.Remove();
            pins.Dispose();
        }
    }

    [KernelFact]
    public void Programs_WhoseCollectorIsGone_GoOn_AndTheNextOneReadsWhatTheyWrote()
    {
        using (var first = Begin())
        {
            Assert.Null(first.Switches.Apply(new EventSet(EventIds.SecurityFileOpen, EventIds.SchedProcessExec), environment: false));
        }

        var between = Trigger.Run("opens", "100");
        var pins = Find(_options).Adopted;
        Assert.NotNull(pins);
        using var second = KernelPrograms.Load(_options with { Pins = pins, Adopt = true });
        var after = Trigger.Run("opens", "100");
        Assert.Null(second.Switches.Apply(new EventSet(), environment: false));

        var records = second.Drain();
        Assert.True(records.Count(r => r.Head.Event == EventIds.SecurityFileOpen) >= 200);
        Assert.All((int[])[between.ProcessId, after.ProcessId], process => Assert.Single(records, r => r.Head.Event == EventIds.SchedProcessExec && r.Head.HostPid == process));
        Assert.Equal(second.Accounts.Produced(), (ulong)records.Count + second.Accounts.Dropped());
        second.Unpin();
        Assert.False(Directory.Exists(pins.Path));
    }

    [KernelFact]
    public void Load_OfAnotherBuild_IsEnded_NotGoneOnWith()
    {
        Begin().Dispose();

        var succession = Find(_options with { RingBytes = 2 << 20 });

        Assert.Null(succession.Adopted);
        var left = Assert.Single(succession.Ended);
        Assert.Equal(Load, left.Memory.Journal.LoadId);
        left.Memory.Dispose();
        left.Pins.Dispose();
    }

    [KernelFact]
    public void Load_ThatWasEnding_IsEnded_NotGoneOnWith()
    {
        using (var first = Begin())
        {
            first.Memory.Journal.Phase = JournalPhase.Ending;
        }

        var succession = Find(_options);

        Assert.Null(succession.Adopted);
        Assert.Single(succession.Ended).Memory.Dispose();
        succession.Ended[0].Pins.Dispose();
    }

    [KernelFact]
    public void Load_OfALivingCollector_IsLeftAlone()
    {
        using var first = Begin();

        var succession = Find(_options);

        Assert.Null(succession.Adopted);
        Assert.Empty(succession.Ended);
        Assert.True(first.IsPinned);
    }

    [KernelFact]
    public void Load_OfAnotherBus_IsLeftAlone_WhileItsProgramsEmit()
    {
        Begin().Dispose();

        var succession = Succession.Find(PinDirectory.DefaultRoot, Node, KernelPrograms.BuildOf(_options), [.. Enumerable.Repeat((byte)9, 32)], NullLogger.Instance);

        Assert.Null(succession.Adopted);
        Assert.Empty(succession.Ended);
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(PinDirectory.DefaultRoot, Node)));
    }

    [KernelFact]
    public async Task Load_ThatNobodyHolds_IsRemovedByTheDoctor()
    {
        var first = Begin();
        var tmesh = Path.Combine(AppContext.BaseDirectory, "../../TraceeMesh.Cli/release/tmesh.dll");
        var place = Path.Combine(PinDirectory.DefaultRoot, Node);
        await Shell.RunAsync("dotnet", tmesh, "doctor");
        Assert.True(Directory.Exists(place));

        first.Dispose();
        await Shell.RunAsync("dotnet", tmesh, "doctor");
        Assert.False(Directory.Exists(place));
    }

    private KernelPrograms Begin()
    {
        var pins = PinDirectory.Create(PinDirectory.DefaultRoot, Node, Load, out var reason);
        Assert.Null(reason);
        var programs = KernelPrograms.Load(_options with { Pins = pins });
        Assert.Null(programs.UnpinWhereIncomplete());
        return programs;
    }

    private static Succession Find(KernelOptions options) => Succession.Find(PinDirectory.DefaultRoot, Node, KernelPrograms.BuildOf(options), Owner, NullLogger.Instance);
}
