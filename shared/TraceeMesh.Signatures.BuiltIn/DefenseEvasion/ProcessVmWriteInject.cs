using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>A process writes into the memory of another one.</summary>
public sealed class ProcessVmWriteInject : Signature
{
    private readonly NumberArgument _target = new("process_vm_writev", "pid");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1025", "process_vm_write_inject")
    {
        Name = "Code injection detected using process_vm_writev syscall",
        Description = "A process wrote into the memory of another one by process_vm_writev. An intruder does so to run code inside a process that is trusted.",
        Severity = Severity.High,
        Category = "defense-evasion",
        Technique = "Process Injection",
        ExternalId = "T1055",
        StixId = "attack-pattern--43e7dc91-05b2-474c-b9ac-2ed4fe101f4d",
        Misses = "Other ways into a process's memory, which TRC-103 and TRC-1024 find.",
        FalsePositives = "Debuggers and some libraries for message passing between processes.",
        Trigger = "a program that calls process_vm_writev on its child",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "process_vm_writev")];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (_target[e] != e.Context.ProcessId)
        {
            Report(e);
        }

        return default;
    }
}
