using System.CommandLine;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh dns</c>: which names were asked for, and what they resolved to.</summary>
internal static class DnsCommand
{
    public static Command Create() => ListingOptions.Create(
        "dns",
        "List names that were resolved, and addresses",
        "dns",
        $"{"NAME OR ADDRESS",-40} {"ADDRESSES",-40} {"NAMES",-40} NODE",
        Line);

    private static string Line(string node, SourceEntry entry) =>
        $"{Fields.Text(entry.Key, 80),-40} {Fields.Text(Fields.Of(entry.Values, "ip_addresses")),-40} {Fields.Text(Fields.Of(entry.Values, "dns_queries")),-40} {node}";
}
