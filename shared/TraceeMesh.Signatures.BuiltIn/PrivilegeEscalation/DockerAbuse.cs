using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.PrivilegeEscalation;

/// <summary>A container talks to the container runtime of its host.</summary>
public sealed class DockerAbuse : Signature
{
    private const string Socket = "docker.sock";

    private readonly AddressArgument _remote = new("security_socket_connect", "remote_addr");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1019", "docker_abuse")
    {
        Name = "Docker socket abuse detected",
        Description = "A container connected to the socket of Docker, or opened it for writing. Who may talk to Docker can do anything on the host.",
        Severity = Severity.Medium,
        Category = "privilege-escalation",
        Technique = "Exploitation for Privilege Escalation",
        ExternalId = "T1068",
        StixId = "attack-pattern--b21c3b2d-02e6-45b1-980b-e69051040839",
        Misses = "The socket under another name; Docker over TCP; other runtimes.",
        FalsePositives = "Tools that manage Docker from a container, and builds that use the host's Docker.",
        Trigger = """in a container: python3 -c 'import socket; socket.socket(1).connect("/tmp/docker.sock")' (it need not succeed)""",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        FileEvents.OpenedForWriting(Origin.Container, ArgumentFilter.EndsWith(FileEvents.OpenedPath, "/" + Socket)),
        new(EventSelector.Tracee, "security_socket_connect", Origin.Container),
    ];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (e.Definition.Id == EventIds.SecurityFileOpen || StartedProgram.NameIn(_remote[e].Path) == Socket)
        {
            Report(e);
        }

        return default;
    }
}
