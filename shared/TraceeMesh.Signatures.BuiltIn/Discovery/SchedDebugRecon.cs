using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.Discovery;

/// <summary>A container reads which processes the whole machine runs.</summary>
public sealed class SchedDebugRecon : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1029", "sched_debug_recon")
    {
        Name = "sched_debug CPU file was read",
        Description = "A container read the debug file of the scheduler. It names the processes of the whole machine, and so tells what else runs there.",
        Severity = Severity.Low,
        Category = "discovery",
        Technique = "Container and Resource Discovery",
        ExternalId = "T1613",
        StixId = "attack-pattern--0470e792-32f8-46b0-a351-652bc35e9336",
        Misses = "Opens by io_uring. Another mount of procfs or debugfs.",
        Trigger = "in a container: cat /proc/sched_debug (kernels before 5.13), cat /sys/kernel/debug/sched/debug",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [FileEvents.OpenedForReading(Origin.Container, ArgumentFilter.Is(FileEvents.OpenedPath, "/proc/sched_debug", "/sys/kernel/debug/sched/debug"))];
}
