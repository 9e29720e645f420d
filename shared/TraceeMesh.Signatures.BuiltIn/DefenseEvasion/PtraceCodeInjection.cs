using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>A process writes into another one that it traces.</summary>
public sealed class PtraceCodeInjection : FilteredSignature
{
    private const long PokeText = 4;
    private const long PokeData = 5;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-103", "ptrace_code_injection")
    {
        Name = "Code injection detected using ptrace",
        Description = "A process wrote into the memory of another one by ptrace. An intruder does so to run code inside a process that is trusted.",
        Severity = Severity.High,
        Category = "defense-evasion",
        Technique = "Ptrace System Calls",
        ExternalId = "T1055.008",
        StixId = "attack-pattern--ea016b56-ae0e-47fe-967a-cc0ad51af67f",
        Misses = "Registers that are set so that code already there runs; writes through /proc/PID/mem, which TRC-1024 finds.",
        FalsePositives = "A debugger that sets a breakpoint.",
        Trigger = "gdb -p PID -batch -ex 'set var *(char*)$sp=0', or a parent that calls ptrace(PTRACE_POKEDATA) on its child",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new(EventSelector.Tracee, "ptrace") { Filters = [ArgumentFilter.Is("request", PokeText, PokeData)] }];
}
