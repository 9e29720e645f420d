using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>An argument of one event that is a map or a list of maps, resolved once.</summary>
/// <example><code>private readonly StructureArgument _dns = new("net_packet_dns", "proto_dns");</code></example>
public readonly struct StructureArgument
{
    private readonly ArgumentSlot _slot;

    /// <summary>The argument <paramref name="argument"/> of the event <paramref name="eventName"/>.</summary>
    /// <exception cref="SignatureInitException">There is no such event or argument, or it is no structure.</exception>
    /// <example><code>private readonly StructureArgument _handle = new("net_packet_dns", "proto_dns");</code></example>
    public StructureArgument(string eventName, string argument) => _slot = new(
        eventName,
        argument,
        ArgumentType.PacketMetadata,
        ArgumentType.ProtoDns,
        ArgumentType.SocketAddress,
        ArgumentType.Credentials,
        ArgumentType.Unknown);

    /// <summary>The structure in <paramref name="e"/>; <see cref="DataValue.Nil"/> where it is absent or the event is another one. It outlives the event.</summary>
    /// <example><code>if (_dns[e]["responseCode"].Integer == 3) Report(e);</code></example>
    public DataValue this[Event e] => e.GetStructure(_slot.IndexIn(e));
}
