using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>An argument of one event that is bytes, resolved once; reading it allocates nothing.</summary>
/// <example><code>private readonly BytesArgument _bytes = new("magic_write", "bytes");</code></example>
public readonly struct BytesArgument
{
    private readonly ArgumentSlot _slot;

    /// <summary>The argument <paramref name="argument"/> of the event <paramref name="eventName"/>.</summary>
    /// <exception cref="SignatureInitException">There is no such event or argument, or it is not bytes.</exception>
    /// <example><code>private readonly BytesArgument _handle = new("magic_write", "bytes");</code></example>
    public BytesArgument(string eventName, string argument) => _slot = new(eventName, argument, ArgumentType.Bytes);

    /// <summary>The bytes in <paramref name="e"/>; none where they are absent or the event is another one.</summary>
    /// <example><code>if (_bytes[e].StartsWith("#!"u8)) Report(e);</code></example>
    public ReadOnlySpan<byte> this[Event e] => e.GetText(_slot.IndexIn(e)).Bytes;
}
