using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A container opens for writing the switch that makes the kernel run a program on the host when a cgroup becomes empty.</summary>
public sealed class CgroupNotifyOnRelease : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-106", "cgroup_notify_on_release")
    {
        Name = "Cgroups notify_on_release file modification",
        Description = "A container opened the file notify_on_release of a cgroup for writing. With release_agent it makes the kernel run a program on the host.",
        Severity = Severity.High,
        Category = "privilege-escalation",
        Technique = "Escape to Host",
        ExternalId = "T1611",
        StixId = "attack-pattern--4a5b7ade-8bb5-4853-84ed-23f262002665",
        Misses = "Opens by io_uring. A cgroup made with the switch inherited.",
        FalsePositives = "systemd inside a container, on cgroups of version 1.",
        Trigger = "in a container: : >> PATH/notify_on_release",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [FileEvents.OpenedForWriting(Origin.Container, ArgumentFilter.EndsWith(FileEvents.OpenedPath, "/notify_on_release"))];
}
