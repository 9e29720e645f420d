using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures;

/// <summary>An answer of the data source <c>tracee/dns</c>.</summary>
/// <param name="lookup">The answer.</param>
public readonly struct DnsLookup(Lookup lookup)
{
    /// <summary>How the lookup ended.</summary>
    public LookupStatus Status => lookup.Status;

    /// <summary>Whether there is an answer.</summary>
    public bool Found => lookup.Found;

    /// <summary>The addresses that belong to the name, or the address asked for.</summary>
    public IReadOnlyList<string> Addresses => Texts("ip_addresses");

    /// <summary>The names that lead there, the one that was asked for first of all.</summary>
    public IReadOnlyList<string> Names => Texts("dns_queries");

    /// <summary>The name that was asked for first of all; empty where only an address is known.</summary>
    public string Root => lookup.GetString("dns_root");

    private string[] Texts(string name) => [.. lookup.Values[name].List.Select(static v => v.Text)];
}

/// <summary>Asks the data source <c>tracee/dns</c>, as of the event being judged.</summary>
public static class DnsSource
{
    extension(IDataSource source)
    {
        /// <summary>What a name resolved to, or which names resolved to an address, on the node of the event.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="nameOrAddress">A domain name, an IPv4 or IPv6 address, or a name below in-addr.arpa or ip6.arpa.</param>
        /// <param name="cancellation">Ends the wait.</param>
        /// <example><code>var dns = await names.GetDns(e, "93.184.216.34", cancellation);</code></example>
        public async ValueTask<DnsLookup> GetDns(Event e, string nameOrAddress, CancellationToken cancellation = default) =>
            new(await source.Get(e, nameOrAddress, cancellation));
    }
}
