using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A container opens for writing, or puts into place, the name of the program that the kernel runs on the host when a cgroup becomes empty.</summary>
public sealed class CgroupReleaseAgent : FilteredSignature
{
    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1010", "cgroup_release_agent")
    {
        Name = "Cgroups release agent file modification",
        Description = "A container changed the file release_agent of a cgroup: the program it names is run by the kernel on the host, as root.",
        Severity = Severity.High,
        Category = "privilege-escalation",
        Technique = "Escape to Host",
        ExternalId = "T1611",
        StixId = "attack-pattern--4a5b7ade-8bb5-4853-84ed-23f262002665",
        Misses = "Opens by io_uring. A cgroup file system mounted with release_agent as an option.",
        FalsePositives = "systemd inside a container, on cgroups of version 1.",
        Trigger = "in a container: : >> PATH/release_agent",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        FileEvents.OpenedForWriting(Origin.Container, ArgumentFilter.EndsWith(FileEvents.OpenedPath, "/release_agent")),
        FileEvents.Renamed(Origin.Container, ArgumentFilter.EndsWith(FileEvents.NewPath, "/release_agent")),
    ];
}
