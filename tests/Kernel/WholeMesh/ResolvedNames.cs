using System.Globalization;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Dns;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>At the exit of each getent: what the name with its pid in it resolved to, and which name its address stands for.</summary>
internal sealed class ResolvedNames : Signature
{
    private IDataSource _dns = null!;

    public override SignatureMetadata Metadata { get; } = new("TEST-DNS", "resolved_names");

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "sched_process_exit"), new(EventSelector.Tracee, "net_packet_dns")];

    /// <summary>The name that the process asks for.</summary>
    public static string NameOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"n{pid}.example.test");

    public override void Init(ISignatureContext context)
    {
        if (!context.TryGetDataSource("tracee", "dns", out _dns!))
        {
            throw new SignatureInitException("dns data source not registered");
        }
    }

    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (e.Context.EventId != EventIds.SchedProcessExit || !e.Context.ProcessName.Is("getent"u8))
        {
            return;
        }

        var name = NameOf(e.Context.HostProcessId);
        var byName = await _dns.GetDns(e, name, cancellation);
        var byIpv4 = await _dns.GetDns(e, NameServer.Ipv4Of(name), cancellation);
        var byIpv6 = await _dns.GetDns(e, NameServer.Ipv6Of(name), cancellation);
        Report(
            e,
            ("by_name", $"{byName.Status} {byName.Root}: {string.Join(' ', byName.Names)}: {string.Join(' ', byName.Addresses.Order(StringComparer.Ordinal))}"),
            ("by_ipv4", $"{byIpv4.Status} {string.Join(' ', byIpv4.Names.Where(n => n.EndsWith(name, StringComparison.Ordinal)))}"),
            ("by_ipv6", $"{byIpv6.Status} {string.Join(' ', byIpv6.Names.Where(n => n.EndsWith(name, StringComparison.Ordinal)))}"));
    }
}
