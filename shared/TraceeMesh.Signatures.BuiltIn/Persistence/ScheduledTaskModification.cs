using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.Persistence;

/// <summary>What cron and its kin run is opened for writing or replaced, or a tool that arranges it runs.</summary>
public sealed class ScheduledTaskModification : FilteredSignature
{
    private static readonly GuardedFiles Tables = new(
        ["/etc/crontab", "/etc/anacrontab", "/etc/cron.deny", "/etc/cron.allow"],
        ["/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly", "/etc/cron.d", "/var/spool/cron/crontabs", "/var/spool/anacron"]);

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1027", "scheduled_task_mod")
    {
        Name = "Scheduled tasks modification detected",
        Description = "A list of scheduled tasks was opened for writing or replaced, or the tool that changes it was started. An intruder does so to be started again and again.",
        Severity = Severity.Medium,
        Category = "persistence",
        Technique = "Cron",
        ExternalId = "T1053.003",
        StixId = "attack-pattern--2acf44aa-542f-4366-b4eb-55ef5747759c",
        Misses = "Opens by io_uring. Links made into these directories. Renames through symbolic links. Timers of systemd.",
        FalsePositives = "Installing a package with scheduled tasks. anacron, which notes when it ran. crontab -l, atq.",
        Trigger = "touch /etc/cron.d/test; rm /etc/cron.d/test",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [.. Tables.Written(), .. StartedProgram.Named(Origin.Any, ["crontab", "at", "batch", "launchd"])];
}
