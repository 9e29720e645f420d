using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.CommandAndControl;

/// <summary>A container executes a file that came, or was changed, after the container.</summary>
public sealed class BinaryDrift : Signature
{
    private readonly TextArgument _path = new(StartedProgram.Exec, "pathname");
    private readonly NumberArgument _device = new(StartedProgram.Exec, "dev");
    private readonly NumberArgument _inode = new(StartedProgram.Exec, "inode");
    private readonly NumberArgument _changed = new(StartedProgram.Exec, "ctime");
    private IDataSource _containers = null!;
    private ISignatureState _state = null!;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TM-101", "binary_drift")
    {
        Name = "Program started that was not in the container",
        Description = "A container executed a program that was not in it when it was created, or was changed since. What a container needs is in its image; an intruder brings tools along.",
        Severity = Severity.Info,
        Category = "command-and-control",
        Technique = "Ingress Tool Transfer",
        ExternalId = "T1105",
        StixId = "attack-pattern--e6919abc-99f9-4c6c-95a5-14761e7b2add",
        Misses = "Scripts, of which the interpreter is what is executed. Files in memory, which TRC-105 finds. A file brought in with a time that was set back on the host's disk. The same file again within an hour.",
        FalsePositives = "A build in a container; package managers; programs on volumes that others write. Therefore it is for information, until signatures.yaml gives it another severity.",
        Trigger = "in a container: cp /bin/true /tmp/true; /tmp/true",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, StartedProgram.Exec, Origin.Container)];

    /// <inheritdoc/>
    public override IReadOnlyList<DeclaredLookup> DeclaredLookups { get; } = [DeclaredLookup.ContainerOfEvent];

    /// <inheritdoc/>
    public override void Init(ISignatureContext context)
    {
        _containers = RequiredSource.Find(context, EventSelector.Tracee, "containers");
        _state = context.State;
    }

    /// <inheritdoc/>
    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var container = await _containers.GetContainer(e, cancellation);
        var changed = _changed[e];
        if (container.Found && container.Ctime > 0 && changed > container.Ctime && !_path[e].StartsWith("memfd:"u8) && IsFirst(e))
        {
            Report(e, ("changed", changed), ("container_created", container.Ctime), ("image", container.Image));
        }
    }

    private bool IsFirst(Event e)
    {
        var file = Hash.Mix(Hash.Mix((ulong)_inode[e]) + (ulong)_device[e]) ^ (ulong)_changed[e];
        return _state.Increment(e, $"{Hash.Of(e.Container.Id.Bytes, file):x}", StateLimits.TimeToLive) == 1;
    }
}
