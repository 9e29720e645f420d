using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A container mounts a device.</summary>
public sealed class DiskMount : FilteredSignature
{
    // A path that begins with /dev/ and is mounted somewhere else is a file, not what is on the device.
    private const long Bind = 0x1000;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1014", "disk_mount")
    {
        Name = "Container device mount detected",
        Description = "A container mounted a device of the host. The file system on it can then be read and changed from inside.",
        Severity = Severity.High,
        Category = "privilege-escalation",
        Technique = "Escape to Host",
        ExternalId = "T1611",
        StixId = "attack-pattern--4a5b7ade-8bb5-4853-84ed-23f262002665",
        Misses = "The newer calls fsopen, fsconfig and move_mount; a device node made elsewhere.",
        FalsePositives = "Storage drivers that run in containers.",
        Trigger = "in a container: mount /dev/vda1 /mnt (it need not succeed)",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new(EventSelector.Tracee, "security_sb_mount", Origin.Container) { Filters = [ArgumentFilter.StartsWith("dev_name", "/dev/"), ArgumentFilter.HasNoFlag("flags", Bind)] }];
}
