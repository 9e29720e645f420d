using System.Globalization;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Signatures.BuiltIn.Execution;

/// <summary>A process's standard input or output becomes a connection over the network.</summary>
public sealed class StdioOverSocket : Signature
{
    private const int LastStandard = 2;

    private readonly NumberArgument _connecting = new("security_socket_connect", "sockfd");
    private readonly AddressArgument _connected = new("security_socket_connect", "remote_addr");
    private readonly NumberArgument _newDescriptor = new("socket_dup", "newfd");
    private readonly AddressArgument _doubled = new("socket_dup", "remote_addr");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-101", "stdio_over_socket")
    {
        Name = "Process standard input/output over socket detected",
        Version = "2",
        Description = "The standard input or output of a process was connected to another machine. A reverse shell does so: whoever is at the other end types into it.",
        Severity = Severity.High,
        Category = "execution",
        Technique = "Unix Shell",
        ExternalId = "T1059.004",
        StixId = "attack-pattern--a9d4b653-6915-42af-98b2-5758c4ceee56",
        Misses = "A shell that a program feeds through pipes or a terminal of its own from its connection.",
        FalsePositives = "A server started by inetd, or by systemd with one process for each connection. A daemon that closed its standard descriptors and then connects.",
        Trigger = "bash -c 'exec 0<>/dev/tcp/127.0.0.1/PORT' with something that listens on PORT",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        new(EventSelector.Tracee, "security_socket_connect") { Filters = [ArgumentFilter.AtLeast("sockfd", 0), ArgumentFilter.AtMost("sockfd", LastStandard)] },
        new(EventSelector.Tracee, "socket_dup") { Filters = [ArgumentFilter.AtLeast("newfd", 0), ArgumentFilter.AtMost("newfd", LastStandard)] },
    ];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var connects = e.Definition.Id == EventIds.SecuritySocketConnect;
        var remote = connects ? _connected[e] : _doubled[e];
        if (remote is { IsInternet: true, Port: not 0 })
        {
            Report(e, ("IP address", remote.Address), ("Port", remote.Port.ToString(CultureInfo.InvariantCulture)), ("File descriptor", connects ? _connecting[e] : _newDescriptor[e]));
        }

        return default;
    }
}
