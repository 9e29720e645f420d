using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>An argument of one event that is a number of any width or a bool (1 is true), resolved once; reading it allocates nothing.</summary>
/// <example><code>private readonly NumberArgument _request = new("ptrace", "request");</code></example>
public readonly struct NumberArgument
{
    private readonly ArgumentSlot _slot;

    /// <summary>The argument <paramref name="argument"/> of the event <paramref name="eventName"/>.</summary>
    /// <exception cref="SignatureInitException">There is no such event or argument, or it is not a number.</exception>
    /// <example><code>private readonly NumberArgument _handle = new("ptrace", "request");</code></example>
    public NumberArgument(string eventName, string argument) =>
        _slot = new(
            eventName,
            argument,
            ArgumentType.Bool,
            ArgumentType.UShort,
            ArgumentType.Int,
            ArgumentType.UInt,
            ArgumentType.Long,
            ArgumentType.ULong,
            ArgumentType.Pointer,
            ArgumentType.Time);

    /// <summary>The number in <paramref name="e"/>; 0 where it is absent or the event is another one.</summary>
    /// <example><code>if (_request[e] == 0) Report(e);</code></example>
    public long this[Event e] => e.GetNumber(_slot.IndexIn(e));
}
