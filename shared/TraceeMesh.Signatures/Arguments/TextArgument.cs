using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>A text argument of one event, resolved once; reading it allocates nothing.</summary>
/// <example><code>private readonly TextArgument _path = new("security_file_open", "pathname");</code></example>
public readonly struct TextArgument
{
    private readonly ArgumentSlot _slot;

    /// <summary>The argument <paramref name="argument"/> of the event <paramref name="eventName"/>.</summary>
    /// <exception cref="SignatureInitException">There is no such event or argument, or it is not a text.</exception>
    /// <example><code>private readonly TextArgument _handle = new("security_file_open", "pathname");</code></example>
    public TextArgument(string eventName, string argument) => _slot = new(eventName, argument, ArgumentType.Text);

    /// <summary>The text in <paramref name="e"/>; empty where it is absent or the event is another one.</summary>
    /// <example><code>if (_path[e].EndsWith("/shadow"u8)) Report(e);</code></example>
    public Utf8Text this[Event e] => e.GetText(_slot.IndexIn(e));
}
