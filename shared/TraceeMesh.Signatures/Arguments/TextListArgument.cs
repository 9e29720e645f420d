using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>An argument of one event that is a list of texts, resolved once; reading it allocates nothing.</summary>
/// <example><code>private readonly TextListArgument _env = new("sched_process_exec", "env");</code></example>
public readonly struct TextListArgument
{
    private readonly ArgumentSlot _slot;

    /// <summary>The argument <paramref name="argument"/> of the event <paramref name="eventName"/>.</summary>
    /// <exception cref="SignatureInitException">There is no such event or argument, or it is not a list of texts.</exception>
    /// <example><code>private readonly TextListArgument _handle = new("sched_process_exec", "env");</code></example>
    public TextListArgument(string eventName, string argument) => _slot = new(eventName, argument, ArgumentType.TextList);

    /// <summary>The texts in <paramref name="e"/>; none where they are absent or the event is another one.</summary>
    /// <example><code>foreach (var variable in _env[e]) Check(variable);</code></example>
    public ReadOnlySpan<Utf8Text> this[Event e] => e.GetTexts(_slot.IndexIn(e));
}
