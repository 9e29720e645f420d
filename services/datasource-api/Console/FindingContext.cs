using System.Globalization;
using System.Net;
using System.Text.Json;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>What a finding says of where it happened: by this its surroundings are looked up.</summary>
internal sealed record FindingContext
{
    private const int Depth = 8;

    /// <summary>Node of its event.</summary>
    public required string Node { get; init; }

    /// <summary>Load of its event; 0 where it does not say.</summary>
    public required uint LoadId { get; init; }

    /// <summary>Position of its event; -1 where it does not say.</summary>
    public required long Position { get; init; }

    /// <summary>Time of its event, ns since the epoch.</summary>
    public required long Time { get; init; }

    /// <summary>Entity id of its process; 0 where it does not say.</summary>
    public required ulong Process { get; init; }

    /// <summary>Id of its container; empty on the host.</summary>
    public required string Container { get; init; }

    /// <summary>Addresses among the arguments of finding and event.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Reads it from a finding.</summary>
    public static FindingContext Of(JsonElement finding)
    {
        var mesh = ConsoleJson.Child(finding, "mesh");
        var addresses = new List<string>();
        Collect(ConsoleJson.Child(finding, "args"), addresses, Depth);
        var hasLoad = uint.TryParse(ConsoleJson.Text(mesh, "loadId"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var load);
        return new FindingContext
        {
            Node = ConsoleJson.Text(mesh, "node"),
            LoadId = load,
            Position = hasLoad && ConsoleJson.Child(mesh, "position") is { ValueKind: JsonValueKind.Number } position && position.TryGetInt64(out var offset) ? offset : -1,
            Time = ConsoleJson.Number(finding, "timestamp"),
            Process = (ulong)Math.Max(0, ConsoleJson.Number(finding, "processEntityId")),
            Container = ConsoleJson.Text(finding, "containerId"),
            Addresses = addresses,
        };
    }

    /// <summary>A question as of the event's position.</summary>
    public LookupRequest AsOfPosition(LookupKey key) => new() { Keys = [key], LoadId = LoadId, Position = Position, Time = Time };

    /// <summary>A question as of the event's time: for stores that no longer know the load.</summary>
    public LookupRequest AsOfTime(LookupKey key) => new() { Keys = [key], Time = Time };

    private static void Collect(JsonElement value, List<string> addresses, int depth)
    {
        if (depth == 0 || addresses.Count == ConsoleLimits.Addresses)
        {
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.String when value.GetString()! is var text && IsAddress(text) && !addresses.Contains(text):
                addresses.Add(text);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, addresses, depth - 1);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Collect(member.Value, addresses, depth - 1);
                }

                break;
        }
    }

    // What .NET takes for an address is more than people do: "1" is one to it.
    private static bool IsAddress(string text) =>
        text.Length is >= 3 and <= 45 && (text.Count(c => c == '.') == 3 || text.Contains("::", StringComparison.Ordinal) || text.Count(c => c == ':') == 7)
        && IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);
}
