using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Chaos;

/// <summary>At each exec of the trigger it asks for thread, process and lineage, once each, and reports what it is told.</summary>
internal sealed class ClimbedTree(string trigger) : Signature
{
    /// <summary>Ancestors asked for.</summary>
    public const int Depth = 5;

    private readonly TextArgument _path = new("sched_process_exec", "pathname");
    private readonly TextListArgument _argv = new("sched_process_exec", "argv");
    private IDataSource _tree = null!;

    public override SignatureMetadata Metadata { get; } = new("TEST-TREE", "climbed_tree");

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "sched_process_exec")];

    public override void Init(ISignatureContext context)
    {
        if (!context.TryGetDataSource("tracee", "process_tree", out _tree))
        {
            throw new SignatureInitException("process_tree data source not registered");
        }
    }

    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (_path[e].ToString() != trigger)
        {
            return;
        }

        var arguments = string.Join(' ', _argv[e].ToArray().Select(a => a.ToString()));
        var thread = await _tree.GetThread(e, cancellation);
        var process = await _tree.GetProcess(e, cancellation);
        var lineage = await _tree.GetLineage(e, Depth, cancellation);
        Report(
            e,
            ("argv", arguments),
            ("thread", $"{thread.Status} {thread.Thread.Pid} {thread.Thread.Tid} {thread.Thread.Name} {thread.Thread.IsAlive} {thread.Thread.ProcessEntityId == process.Process.EntityId}"),
            ("process", $"{process.Status} {Describe(process.Process)}"),
            ("started", process.Process.StartTime < e.Context.Timestamp && process.Process.ExecTime == e.Context.Timestamp),
            ("lineage", DataValue.Of([.. Enumerable.Range(0, lineage.Count).Select(i => DataValue.Of(Describe(lineage[i])))])),
            ("lineage_status", $"{lineage.Status}"));
    }

    private static string Describe(ProcessInfo process) => $"{process.Pid} {process.Ppid} {process.IsAlive} {process.Executable.Path} {string.Join(' ', process.CommandLine)}";
}
