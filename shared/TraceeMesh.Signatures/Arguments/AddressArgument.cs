using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>An argument of one event that is the address of a socket, resolved once.</summary>
/// <example><code>private readonly AddressArgument _remote = new("security_socket_connect", "remote_addr");</code></example>
public readonly struct AddressArgument
{
    private readonly ArgumentSlot _slot;

    /// <summary>The argument <paramref name="argument"/> of the event <paramref name="eventName"/>.</summary>
    /// <exception cref="SignatureInitException">There is no such event or argument, or it is no address.</exception>
    /// <example><code>private readonly AddressArgument _handle = new("security_socket_connect", "remote_addr");</code></example>
    public AddressArgument(string eventName, string argument) => _slot = new(eventName, argument, ArgumentType.SocketAddress);

    /// <summary>The address in <paramref name="e"/>; one of no family where it is absent or the event is another one.</summary>
    /// <example><code>if (_remote[e].Port == 4444) Report(e);</code></example>
    public SocketEnd this[Event e] => new(e.GetStructure(_slot.IndexIn(e)));
}
