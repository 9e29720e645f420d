using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>The memory of a process is opened for writing through procfs.</summary>
public sealed class ProcMemCodeInjection : Signature
{
    private readonly TextArgument _path = new(FileEvents.Open, FileEvents.OpenedPath);

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1024", "proc_mem_code_injection")
    {
        Name = "Code injection detected through /proc/<pid>/mem file",
        Description = "The memory of a process was opened for writing through /proc/PID/mem. An intruder does so to run code inside a process that is trusted.",
        Severity = Severity.High,
        Category = "defense-evasion",
        Technique = "Proc Memory",
        ExternalId = "T1055.009",
        StixId = "attack-pattern--d201d4cc-214d-4a74-a1ba-b3fa09fd4591",
        Misses = "Opens by io_uring. procfs mounted elsewhere than at /proc.",
        FalsePositives = "Debuggers.",
        Trigger = """python3 -c 'open("/proc/self/mem", "r+b")'""",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [FileEvents.OpenedForWriting(Origin.Any, ProcessMemoryPath.Conditions)];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (ProcessMemoryPath.Is(_path[e]))
        {
            Report(e);
        }

        return default;
    }
}
