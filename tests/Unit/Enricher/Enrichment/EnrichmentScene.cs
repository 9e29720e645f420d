using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using TraceeMesh.Tests.Unit.Enricher.Cutting;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

/// <summary>A cutter whose containers are asked about at a runtime that answers when and what a test says.</summary>
internal sealed class EnrichmentScene : IAsyncDisposable
{
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(500);

    public EnrichmentScene(PodTable? pods = null)
    {
        Enrichment = NewEnrichment(Counters);
        Harness = new CutterHarness(enrichment: Enrichment, maxWait: MaxWait, pods: pods);
    }

    public ScriptedRuntime Runtime { get; } = new();

    public ServiceCounters Counters { get; } = new();

    public ContainerEnrichment Enrichment { get; }

    public CutterHarness Harness { get; }

    /// <summary>A container's directory is made by a process outside; records behind it are of processes inside.</summary>
    public static RecordBuilder Make(string id, ulong cgroup)
    {
        var records = new RecordBuilder();
        records.Head.CgroupId = 1;
        records.Cgroup(EventIds.CgroupMkdir, cgroup, $"/docker/{id}");
        records.Head.CgroupId = cgroup;
        return records;
    }

    public ContainerEnrichment NewEnrichment(ServiceCounters counters) => new(_ => [Runtime], TimeSpan.FromSeconds(10), TimeProvider.System, NullLogger.Instance, counters);

    /// <summary>Until the answer went through: the container's events go on with it.</summary>
    public async Task AnswerAsync(string id, RuntimeStatus status, string image, CutterHarness? harness = null)
    {
        harness ??= Harness;
        var before = StateOf(id, harness);
        Runtime.Answer(id, status, image);
        await TestWait.Until(
            () =>
            {
                harness.Release();
                return StateOf(id, harness) != before;
            },
            "the answer is taken");
    }

    public void Each(Action<Event> check)
    {
        foreach (var frame in Harness.Frames)
        {
            CutterHarness.Read(frame.Bytes, check);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Enrichment.DisposeAsync();
        Counters.Dispose();
    }

    private static EnrichmentState StateOf(string id, CutterHarness harness) =>
        harness.Stores.Containers.FindAll(System.Text.Encoding.UTF8.GetBytes(id))[^1].State;
}
