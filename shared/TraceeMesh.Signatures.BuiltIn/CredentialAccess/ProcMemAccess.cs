using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;

namespace TraceeMesh.Signatures.BuiltIn.CredentialAccess;

/// <summary>The memory of a process is opened for reading through procfs.</summary>
public sealed class ProcMemAccess : Signature
{
    private readonly TextArgument _path = new(FileEvents.Open, FileEvents.OpenedPath);

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1023", "proc_mem_access")
    {
        Name = "Process memory access detected",
        Description = "The memory of a process was opened for reading through /proc/PID/mem. Passwords and keys can be read from it.",
        Severity = Severity.High,
        Category = "credential-access",
        Technique = "Proc Filesystem",
        ExternalId = "T1003.007",
        StixId = "attack-pattern--3120b9fa-23b8-4500-ae73-09494f607b7d",
        Misses = "Opens by io_uring. procfs mounted elsewhere than at /proc.",
        FalsePositives = "Debuggers; a process that reads its own memory this way.",
        Trigger = """python3 -c 'open("/proc/self/mem", "rb")'""",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [FileEvents.OpenedForReading(Origin.Any, ProcessMemoryPath.Conditions)];

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
