using System.Net;
using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.Discovery;

/// <summary>A container connects to the API server of its cluster.</summary>
public sealed class K8sApiConnection : Signature
{
    private const long Stream = 1;
    private const int LongestAddress = 45;

    // Those told first stay: an intruder who tells others makes nothing forgotten.
    private const int ServersOfContainer = 4;

    private static readonly AddressArgument Remote = new("security_socket_connect", "remote_addr");
    private static readonly TextListArgument Environment = new(StartedProgram.Exec, "env");

    private ISignatureState _state = null!;
    private LateSource _dns = null!;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1013", "k8s_api_connection")
    {
        Name = "Kubernetes API server connection detected",
        Version = "0.1.0",
        Description = "A container connected to the Kubernetes API server. Where its work does not need that, somebody explores the cluster.",
        Severity = Severity.Low,
        Category = "discovery",
        Technique = "Cloud Service Discovery",
        Misses = "A connection to the bare address, by a container that neither started a program with KUBERNETES_SERVICE_HOST nor connected there within the last hour. Other clusters' servers.",
        FalsePositives = "Every client of the Kubernetes API in a pod.",
        Trigger = """in a container: KUBERNETES_SERVICE_HOST=127.0.0.1 bash -c 'exec bash -c ": < /dev/tcp/127.0.0.1/443"' (it need not succeed)""",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        new(EventSelector.Tracee, StartedProgram.Exec, Origin.Container),
        new(EventSelector.Tracee, "security_socket_connect", Origin.Container) { Filters = [ArgumentFilter.Is("type", Stream)] },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<DeclaredLookup> DeclaredLookups { get; } =
        [new(EventSelector.Tracee, "dns", e => Remote[e].Ip?.ToString() is { } ip ? ip : (LookupKey?)null)];

    /// <inheritdoc/>
    public override bool WantsEnvironment => true;

    /// <inheritdoc/>
    public override void Init(ISignatureContext context)
    {
        _state = context.State;
        _dns = new LateSource(context, "dns");
    }

    /// <inheritdoc/>
    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (e.Definition.Id == EventIds.SchedProcessExec)
        {
            if (TryReadServer(e, out var told))
            {
                Remember(e, told);
            }

            return;
        }

        if (Remote[e].Ip?.ToString() is not { } ip)
        {
            return;
        }

        var isTold = Servers(e).Contains(ip);
        var name = (await _dns.Now.GetDns(e, ip, cancellation)).Names.FirstOrDefault(IsServer, "");
        if (isTold)
        {
            Remember(e, ip);
        }

        if (name.Length > 0)
        {
            Report(e, ("ip", ip), ("name", name));
        }
        else if (isTold)
        {
            Report(e, ("ip", ip));
        }
    }

    private static bool TryReadServer(Event e, out string ip)
    {
        var name = "KUBERNETES_SERVICE_HOST="u8;
        foreach (var variable in Environment[e])
        {
            if (variable.StartsWith(name) && variable.Length - name.Length <= LongestAddress
                && IPAddress.TryParse(Encoding.UTF8.GetString(variable.Bytes[name.Length..]), out var address))
            {
                ip = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
                return true;
            }
        }

        ip = "";
        return false;
    }

    private static bool IsServer(string name)
    {
        name = name.TrimEnd('.');
        return name is "kubernetes" or "kubernetes.default" or "kubernetes.default.svc" || name.StartsWith("kubernetes.default.svc.", StringComparison.Ordinal);
    }

    private string[] Servers(Event e) => _state.Get(e, e.Container.Id.ToString()).Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private void Remember(Event e, string ip)
    {
        var servers = Servers(e);
        if (!servers.Contains(ip) && servers.Length < ServersOfContainer)
        {
            servers = [.. servers, ip];
        }

        _state.Set(e, e.Container.Id.ToString(), string.Join(' ', servers), StateLimits.TimeToLive);
    }
}
