using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures.BuiltIn.CommandAndControl;

/// <summary>A connection to a public address that no recorded answer of DNS led to.</summary>
public sealed class UnresolvedConnection : Signature
{
    private const long Stream = 1;

    // Name servers have no name to be found by.
    private const int Dns = 53;
    private const int DnsOverTls = 853;

    private static readonly AddressArgument Remote = new("security_socket_connect", "remote_addr");

    private IDataSource _dns = null!;
    private ISignatureState _state = null!;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TM-103", "unresolved_connection")
    {
        Name = "Connection to an address no name resolved to",
        Description = "A program connected to a public address that no name had resolved to on this machine. Malware often has its server's address built in.",
        Severity = Severity.Info,
        Category = "command-and-control",
        Technique = "Application Layer Protocol",
        ExternalId = "T1071",
        StixId = "attack-pattern--355be19c-ffc9-46d5-8d50-d6a036c675b6",
        Misses = "Anything but TCP. Private addresses. An address that is also that of a name which was asked for. Whatever went before the mesh's own memory of DNS is told neither way. The same program to the same address again within an hour.",
        FalsePositives = "Programs that keep an address longer than its answer lives, ask for names over TLS or HTTPS, or have the address from a file. Therefore it is for information, until signatures.yaml gives it another severity.",
        Trigger = "bash -c ': < /dev/tcp/192.0.2.1/80' (it need not succeed)",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new(EventSelector.Tracee, "security_socket_connect") { Filters = [ArgumentFilter.Is("type", Stream)] }];

    /// <inheritdoc/>
    public override IReadOnlyList<DeclaredLookup> DeclaredLookups { get; } =
        [new(EventSelector.Tracee, "dns", e => AddressOf(e) is { } address ? address : (LookupKey?)null)];

    /// <inheritdoc/>
    public override void Init(ISignatureContext context)
    {
        _dns = RequiredSource.Find(context, EventSelector.Tracee, "dns");
        _state = context.State;
    }

    /// <inheritdoc/>
    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (AddressOf(e) is { } address && (await _dns.GetDns(e, address, cancellation)).Status == LookupStatus.NotFound && IsFirst(e, address))
        {
            Report(e, ("ip", address), ("port", Remote[e].Port));
        }
    }

    private static string? AddressOf(Event e) =>
        Remote[e] is { Ip: { } ip, Port: not (Dns or DnsOverTls) } && PublicAddress.Is(ip) ? ip.ToString() : null;

    private bool IsFirst(Event e, string address) =>
        _state.Increment(e, $"{Hash.Of(e.Context.Executable.Bytes, Hash.Of(e.Container.Id.Bytes)):x}/{address}", StateLimits.TimeToLive) == 1;
}
