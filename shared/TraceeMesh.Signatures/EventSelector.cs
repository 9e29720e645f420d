namespace TraceeMesh.Signatures;

/// <summary>Selects events by where they come from and what they are.</summary>
/// <param name="Source">Who produces them; <see cref="Tracee"/> for the kernel's. A selector without a source selects nothing and is reported.</param>
/// <param name="Name">Name of the event; empty or <c>*</c> is any.</param>
/// <param name="Origin">Where on the node it happened.</param>
/// <example><code>new EventSelector("tracee", "sched_process_exec", Origin.Container)</code></example>
public sealed record EventSelector(string Source, string Name = EventSelector.Any, Origin Origin = Origin.Any)
{
    /// <summary>The source of the events that kernel and enricher make.</summary>
    public const string Tracee = "tracee";

    /// <summary>The name that stands for every event.</summary>
    public const string Any = "*";

    /// <summary>Whether it selects events of every name.</summary>
    public bool AnyName => Name is "" or Any;
}
