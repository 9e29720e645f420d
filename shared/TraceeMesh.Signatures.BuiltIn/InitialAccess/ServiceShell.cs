using System.Net;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.InitialAccess;

/// <summary>A shell whose ancestors accepted connections from the network.</summary>
public sealed class ServiceShell : Signature
{
    private const int Generations = 8;
    private const int HostInit = 1;

    // A service that is busy is written down no oftener.
    private const long RefreshNanoseconds = 600_000_000_000;

    // Who comes in through these has logged in; a shell is what they are for.
    private static readonly ProgramNames Logins = new("sshd", "sshd-session", "sshd-auth", "dropbear", "in.telnetd", "login", "mosh-server");

    private static readonly ProgramNames Shells = new([.. StartedProgram.Shells]);

    private readonly AddressArgument _local = new("security_socket_accept", "local_addr");
    private IDataSource _tree = null!;
    private ISignatureState _state = null!;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TM-102", "service_shell")
    {
        Name = "Network service spawned a shell",
        Description = "A program that accepts connections from the network started a shell, itself or through others. Whoever found a hole in it gives commands that way.",
        Severity = Severity.Medium,
        Category = "initial-access",
        Technique = "Exploit Public-Facing Application",
        ExternalId = "T1190",
        StixId = "attack-pattern--3f886f2a-874f-4333-b794-aa6075009b1c",
        Misses = "A service that accepted nothing for an hour, or accepts by io_uring; one that listens on loopback only; a shell under another name, or started by another shell that was found. More than 8 generations.",
        FalsePositives = "Services whose work is done by shells: build servers, hooks of a git server, databases that archive with a command.",
        Trigger = """python3 -c 'import socket,os; s=socket.create_server(("0.0.0.0",0)); c=socket.create_connection(s.getsockname()); s.accept(); os.system("true")'""",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new(EventSelector.Tracee, "security_socket_accept"), .. StartedProgram.Named(Origin.Any, StartedProgram.Shells)];

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
        if (e.Definition.Id == EventIds.SecuritySocketAccept)
        {
            if (_local[e].Ip is { } ip && !IPAddress.IsLoopback(ip))
            {
                Remember(e);
            }

            return;
        }

        var lineage = await _tree.GetLineage(e, Generations, cancellation);
        for (var i = 0; i < lineage.Count; i++)
        {
            var process = lineage[i];
            var name = StartedProgram.NameIn(process.Executable.Path);
            if (process.Pid == HostInit || Logins.Has(name) || (i > 0 && Shells.Has(name)))
            {
                return;
            }

            if (_state.Get(e, Key(process.EntityId)).Integer != 0)
            {
                Report(e, ("service", process.Executable.Path), ("generations", i));
                return;
            }
        }
    }

    private static string Key(ulong process) => $"{process:x}";

    private void Remember(Event e)
    {
        var key = Key(e.Context.ProcessEntityId);
        var now = e.Context.Timestamp;
        if (now - _state.Get(e, key).Integer > RefreshNanoseconds)
        {
            _state.Set(e, key, now, StateLimits.TimeToLive);
        }
    }
}
