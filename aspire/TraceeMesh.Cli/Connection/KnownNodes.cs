using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Connection;

/// <summary>Which nodes a mesh has, by the heartbeats of their enrichers.</summary>
internal static class KnownNodes
{
    /// <summary>The node, when there is exactly one.</summary>
    /// <exception cref="CommandException">There is none, or one must be named.</exception>
    public static async Task<string> Only(BusConnection bus, CancellationToken cancellation)
    {
        var nodes = (await Heartbeats.Collect(bus, cancellation)).Where(h => h.Service == "enricher").Select(h => h.Node).Distinct().Order().ToArray();
        return nodes.Length switch
        {
            1 => nodes[0],
            0 => throw new CommandException(ExitCode.Unavailable, "no enricher of any node was heard: name the node with --node"),
            _ => throw new CommandException(ExitCode.Usage, $"there are {nodes.Length} nodes ({string.Join(", ", nodes)}): name one with --node"),
        };
    }
}
