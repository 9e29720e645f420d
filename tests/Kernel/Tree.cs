using System.Text;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Cutting;
using TraceeMesh.Enricher.Input;
using TraceeMesh.Enricher.Parking;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>The process tree that records of the kernel make.</summary>
public sealed class Tree
{
    private readonly NodeStores _stores = new();
    private readonly ulong _seed = EntityIds.Seed(RawFrames.Node, RawFrames.Boot);

    public Tree(IReadOnlyCollection<Record> records)
    {
        using var cutter = new FrameCutter(RawFrames.Node, _stores, new ParkingLot(new ManualTime(), TimeSpan.Zero), null, null, false, (offset, status, _) => Assert.Fail($"record {offset}: {status}"));
        byte[] bytes = [.. records.SelectMany(r => r.Bytes.ToArray())];
        cutter.Take(new RawFrame(RawFrames.Header(0, records.Count), bytes), []);
    }

    public static EventSet Needs { get; } = new(EventIds.SchedProcessFork, EventIds.SchedProcessExec, EventIds.SchedProcessExit);

    public ProcessStore Store => _stores.Processes;

    /// <summary>The tree from a snapshot on, with what happened after it.</summary>
    public static Tree Watch(LoadedKernel kernel, Action act) => new(kernel.Watch(Needs, () =>
    {
        kernel.Programs.Snapshot.Run();
        act();
    }));

    public ProcessView See(long pid, Viewpoint? at = null)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        var process = Store.FindByPid((uint)pid, viewpoint);
        Assert.True(process != 0, $"there is no process {pid}");
        return Store.StateOf(process, viewpoint, ref validity);
    }

    public ThreadView SeeThread(long tid, Viewpoint? at = null)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        var thread = Store.FindByTid((uint)tid, viewpoint);
        Assert.True(thread != 0, $"there is no thread {tid}");
        return Store.StateOfThread(thread, viewpoint, ref validity);
    }

    public uint[] ThreadsOf(in ProcessView process, Viewpoint? at = null)
    {
        var viewpoint = at ?? Viewpoint.Now;
        var validity = new Validity(viewpoint.Position);
        List<TreeLink> links = [];
        Assert.True(Store.ThreadsOf(process.Process, viewpoint, links, ref validity));
        return [.. links.Select(l => l.Number).Order()];
    }

    public uint[] LineageOf(long pid)
    {
        var validity = new Validity(FactPosition.Open);
        var views = new ProcessView[ProcessLimits.Ancestors];
        return [.. views.Take(Store.Lineage(Store.FindByPid((uint)pid, Viewpoint.Now), Viewpoint.Now, views, ref validity)).Select(v => v.Pid)];
    }

    public string PathOf(in ProcessView process) => Encoding.UTF8.GetString(Store.Path(process));

    public ulong IdOf(uint number, ulong start) => EntityIds.Of(_seed, number, start);
}
