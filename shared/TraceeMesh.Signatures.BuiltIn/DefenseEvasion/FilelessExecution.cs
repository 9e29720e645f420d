using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

/// <summary>A program is started from memory instead of from a disk.</summary>
public sealed class FilelessExecution : Signature
{
    // Between runc and its copy there may be a copy that began it.
    private const int Generations = 3;

    // runc runs a copy of itself in memory, so that no container can overwrite the file. The name alone proves nothing.
    private const string RuncCopy = "memfd:runc_cloned:";

    private static readonly TextArgument Path = new(StartedProgram.Exec, "pathname");

    private static readonly ProgramNames Runc = new("/usr/bin/runc", "/usr/sbin/runc", "/usr/local/bin/runc", "/usr/local/sbin/runc", "/bin/runc", "/sbin/runc");

    private LateSource _tree = null!;

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
        Misses = "File systems in memory at other places, such as a tmpfs at /tmp.",
        FalsePositives = "A container runtime that copies itself to memory, where it is not runc of the host's own directories for programs.",
        Trigger = "cp /bin/true /dev/shm/true; /dev/shm/true; rm /dev/shm/true",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new(EventSelector.Tracee, StartedProgram.Exec) { Filters = [ArgumentFilter.StartsWith("pathname", "memfd:", "/run/shm/", "/dev/shm/")] }];

    /// <inheritdoc/>
    public override IReadOnlyList<DeclaredLookup> DeclaredLookups { get; } =
        [new(EventSelector.Tracee, "process_tree", e => ClaimsToBeRunc(e) ? LookupKey.Lineage(e.Context.ProcessEntityId, Generations) : (LookupKey?)null)];

    /// <inheritdoc/>
    public override void Init(ISignatureContext context) => _tree = new LateSource(context, "process_tree");

    /// <inheritdoc/>
    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (!ClaimsToBeRunc(e) || !await IsRunc(e, cancellation))
        {
            Report(e);
        }
    }

    private static bool ClaimsToBeRunc(Event e) => Path[e].StartsWith("memfd:runc_cloned:"u8);

    private async ValueTask<bool> IsRunc(Event e, CancellationToken cancellation)
    {
        var lineage = await _tree.Now.GetLineage(e, Generations, cancellation);
        for (var i = 1; i < lineage.Count && lineage[i].ContainerId.Length == 0; i++)
        {
            var path = lineage[i].Executable.Path;
            if (!path.StartsWith(RuncCopy, StringComparison.Ordinal))
            {
                return Runc.Has(path);
            }
        }

        return false;
    }
}
