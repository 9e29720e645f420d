using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Connection;

/// <summary>Which nodes a mesh has, by the heartbeats of their own services.</summary>
internal static class KnownNodes
{
    /// <summary>Every node with a collector or an enricher that beats.</summary>
    public static async Task<IReadOnlyList<string>> All(BusConnection bus, bool asReader, CancellationToken cancellation) =>
        [.. (await Heartbeats.Collect(bus, asReader, cancellation)).Where(h => h.Service is "collector" or "enricher").Select(h => h.Node).Distinct().Order()];

    /// <summary>The node, when there is exactly one.</summary>
    /// <exception cref="CommandException">There is none, or one must be named.</exception>
    public static async Task<string> Only(BusConnection bus, bool asReader, CancellationToken cancellation)
    {
        var nodes = await All(bus, asReader, cancellation);
        return nodes.Count switch
        {
            1 => nodes[0],
            0 => throw new CommandException(ExitCode.Unavailable, "no collector or enricher of any node was heard: name the node with --node"),
            _ => throw new CommandException(ExitCode.Usage, $"there are {nodes.Count} nodes ({string.Join(", ", nodes)}): name one with --node"),
        };
    }
}
