using System.Text.RegularExpressions;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>Every metric that services declare, as the code says it.</summary>
internal static partial class MetricTable
{
    private static readonly (string Folder, string Service)[] Rooms =
    [
        ("shared/TraceeMesh.ServiceDefaults", "every service"),
        ("services/collector", "collector"),
        ("services/enricher", "enricher"),
        ("services/detector", "detector"),
        ("services/datasource-api", "datasource-api"),
    ];

    // Declared with a name and a meaning that are put together where they are.
    private static readonly Metric[] Composed =
    [
        .. new[] { ("asked", "Questions of a signature to data sources"), ("hit", "Questions of a signature answered in the detector"), ("batched", "Questions of a signature that went in one request with others"), ("late", "Questions of a signature not answered by their deadline"), ("failed", "Questions of a signature that ended unavailable") }
            .Select(m => new Metric($"signature_lookups_{m.Item1}", "counter", m.Item2, "signature", "detector")),
    ];

    /// <summary>All of them, by service and name.</summary>
    public static IReadOnlyList<Metric> All { get; } = [.. Rooms.SelectMany(r => Declared(r.Folder, r.Service)).Concat(Composed).DistinctBy(m => (m.Service, m.Name)).OrderBy(m => Array.FindIndex(Rooms, r => r.Service == m.Service)).ThenBy(m => m.Name, StringComparer.Ordinal)];

    private static IEnumerable<Metric> Declared(string folder, string service) =>
        from file in Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains("/obj/", StringComparison.Ordinal)
        from Match match in Declaration().Matches(File.ReadAllText(file))
        select new Metric(
            Placeholder().Replace(match.Groups["name"].Value, "*"),
            match.Groups["kind"].Value == "Gauge" ? "gauge" : "counter",
            Placeholder().Replace(match.Groups["help"].Value, "*"),
            match.Groups["label"].Value,
            service);

    [GeneratedRegex("""ounters\s*\.\s*(?<kind>Counter|Gauge|CounterOfEach)\(\s*\$?"(?<name>[^"]+)",\s*\$?"(?<help>[^"]+)"(?:,\s*"(?<label>[^"]+)")?""")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();

    /// <param name="Name">Its name in the code; <c>*</c> stands for a name that is put in.</param>
    /// <param name="Kind">counter or gauge.</param>
    /// <param name="Help">What it counts.</param>
    /// <param name="Label">Its label; empty for none.</param>
    /// <param name="Service">Who exports it.</param>
    internal sealed record Metric(string Name, string Kind, string Help, string Label, string Service)
    {
        /// <summary>Its name where Prometheus scrapes it.</summary>
        public string Scraped => $"traceemesh_{Name}{(Kind == "counter" ? "_total" : "")}";
    }
}
