using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>A process asks to be traced, so that no debugger can attach to it.</summary>
public sealed class AntiDebugging : FilteredSignature
{
    private const long TraceMe = 0;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-102", "anti_debugging")
    {
        Name = "Anti-Debugging detected",
        Description = "A process asked to be traced by its parent. Malware does so to keep debuggers away, since a process can have one tracer only.",
        Severity = Severity.Low,
        Category = "defense-evasion",
        Technique = "Debugger Evasion",
        ExternalId = "T1622",
        StixId = "attack-pattern--e4dc8c01-417f-458d-9ee0-bb0617c1b391",
        Misses = "A process that lets its own child trace it by PTRACE_ATTACH or PTRACE_SEIZE.",
        FalsePositives = "Programs started by a debugger or strace.",
        Trigger = "python3 -c 'import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)'",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new(EventSelector.Tracee, "ptrace") { Filters = [ArgumentFilter.Is("request", TraceMe)] }];
}
