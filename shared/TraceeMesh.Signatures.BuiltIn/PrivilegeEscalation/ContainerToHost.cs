using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A process of a container enters namespaces of the host, or goes on outside of its container's cgroup.</summary>
public sealed class ContainerToHost : Signature
{
    // The numbers of the first namespaces are fixed in the kernel; those of mounts and networks only from 6.18 on.
    private const long HostIpc = 0xEFFFFFFF;
    private const long HostNames = 0xEFFFFFFE;
    private const long HostPids = 0xEFFFFFFC;
    private const long HostCgroups = 0xEFFFFFFB;

    // Who moved itself shows with its first child: the child, itself, and its parent inside.
    private const int Generations = 2;

    private readonly TextArgument _cgroup = new("cgroup_attach_task", "cgroup_path");
    private IDataSource _tree = null!;
    private ISignatureState _state = null!;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TM-105", "container_to_host")
    {
        Name = "Process crossed from a container to the host",
        Description = "A process left its container: it entered namespaces of the host, or it, or a child of it, goes on outside of the container's cgroup.",
        Severity = Severity.High,
        Category = "privilege-escalation",
        Technique = "Escape to Host",
        ExternalId = "T1611",
        StixId = "attack-pattern--4a5b7ade-8bb5-4853-84ed-23f262002665",
        Misses = "A process that enters only the mounts or the network of the host. Who asks a service of the host to act for it. A container that shares these namespaces with the host has nothing to cross there.",
        FalsePositives = "A kubelet or an agent that runs in a container and manages others.",
        Trigger = "in a container with a pid namespace of its own, as root: nsenter --uts=/proc/PID-OF-HOST/ns/uts true, with the host's procfs mounted",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        Enters("new_pid", HostPids),
        Enters("new_uts", HostNames),
        Enters("new_ipc", HostIpc),
        Enters("new_cgroup", HostCgroups),
        new(EventSelector.Tracee, "cgroup_attach_task", Origin.Container),
        new(EventSelector.Tracee, StartedProgram.Exec, Origin.Host),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<DeclaredLookup> DeclaredLookups { get; } =
        [new(EventSelector.Tracee, "process_tree", e => e.Definition.Id == EventIds.SchedProcessExec ? LookupKey.Lineage(e.Context.ProcessEntityId, Generations) : (LookupKey?)null)];

    /// <inheritdoc/>
    public override void Init(ISignatureContext context)
    {
        _tree = RequiredSource.Find(context, EventSelector.Tracee, "process_tree");
        _state = context.State;
    }

    /// <inheritdoc/>
    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        switch (e.Definition.Id)
        {
            case EventIds.SwitchTaskNs:
                Report(e, ("by", "namespaces"));
                break;
            case EventIds.CgroupAttachTask when _cgroup[e].Bytes.IndexOf(e.Container.Id.Bytes) < 0:
                Report(e, ("by", "cgroup"), ("cgroup", _cgroup[e]));
                break;
            case EventIds.SchedProcessExec:
                await FindOrigin(e, cancellation);
                break;
        }
    }

    private static EventSelector Enters(string argument, long hosts) =>
        new(EventSelector.Tracee, "switch_task_ns", Origin.Container) { Filters = [ArgumentFilter.Is(argument, hosts)] };

    // A process outside whose parent, when it began, was inside. Its further children have the same ancestors, and are no news.
    private async ValueTask FindOrigin(Event e, CancellationToken cancellation)
    {
        var lineage = await _tree.GetLineage(e, Generations, cancellation);
        for (var i = 0; i + 1 < lineage.Count; i++)
        {
            var container = lineage[i + 1].ContainerId;
            if (lineage[i].ContainerId.Length == 0 && container.Length > 0)
            {
                if (_state.Increment(e, $"{lineage[i].EntityId:x}", StateLimits.TimeToLive) == 1)
                {
                    Report(e, ("by", "origin"), ("container_id", container));
                }

                return;
            }
        }
    }
}
