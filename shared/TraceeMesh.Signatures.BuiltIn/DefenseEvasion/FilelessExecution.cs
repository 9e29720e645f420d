using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>A program is started from memory instead of from a disk.</summary>
public sealed class FilelessExecution : Signature
{
    private readonly TextArgument _pathname = new("sched_process_exec", "pathname");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-105", "fileless_execution")
    {
        Name = "Fileless execution detected",
        Description = "A program was started from a file that exists in memory only. Malware does so to leave no trace on disk.",
        Severity = Severity.High,
        Category = "defense-evasion",
        Technique = "Reflective Code Loading",
        ExternalId = "T1620",
        StixId = "attack-pattern--4933e63b-9b77-476e-ab29-761bc5b7d15a",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "sched_process_exec")];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (IsInMemory(_pathname[e]))
        {
            Report(e);
        }

        return default;
    }

    private static bool IsInMemory(Utf8Text path) =>
        path.StartsWith("memfd:"u8) || path.StartsWith("/run/shm/"u8) || path.StartsWith("/dev/shm/"u8);
}
