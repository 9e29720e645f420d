using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures;

namespace MySignature;

/// <summary>A program is started from a directory that everybody may write to.</summary>
public sealed class StartedFromTmp : Signature
{
    private readonly TextArgument _pathname = new("sched_process_exec", "pathname");

    public override SignatureMetadata Metadata { get; } = new("MySignature", "started_from_tmp")
    {
        Name = "Program started from /tmp",
        Description = "A program was started from a directory that everybody may write to. Intruders put their tools there.",
        Severity = Severity.Medium,
    };

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new("tracee", "sched_process_exec") { Filters = [ArgumentFilter.StartsWith("pathname", "/tmp/", "/var/tmp/")] }];

    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        Report(e, ("program", _pathname[e]));
        return default;
    }
}
