using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.Persistence;

/// <summary>A script that runs when the machine starts is opened for writing or replaced, or the tool that arranges them runs.</summary>
public sealed class RcdModification : FilteredSignature
{
    private static readonly GuardedFiles Scripts = new(
        ["/etc/rc.local"],
        ["/etc/rc0.d", "/etc/rc1.d", "/etc/rc2.d", "/etc/rc3.d", "/etc/rc4.d", "/etc/rc5.d", "/etc/rc6.d", "/etc/rcS.d", "/etc/rcs.d", "/etc/init.d", "/etc/rc.d"]);

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1026", "rcd_modification")
    {
        Name = "Rcd modification detected",
        Description = "A script that runs when the machine starts was opened for writing or replaced. An intruder does so to be there after the next start.",
        Severity = Severity.Medium,
        Category = "persistence",
        Technique = "RC Scripts",
        ExternalId = "T1037.004",
        StixId = "attack-pattern--dca670cf-eeec-438f-8185-fd959d9ef211",
        Misses = "Opens by io_uring. Links made into these directories. Renames through symbolic links. Units of systemd.",
        FalsePositives = "Installing a package with a service.",
        Trigger = "touch /etc/init.d/test; rm /etc/init.d/test",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [.. Scripts.Written(), .. StartedProgram.Named(Origin.Any, ["update-rc.d"])];
}
