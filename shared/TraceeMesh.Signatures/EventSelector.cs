using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>Selects events by where they come from and what they are.</summary>
/// <param name="Source">Who produces them; <see cref="Tracee"/> for the mesh's own. A selector without a source selects nothing and is reported.</param>
/// <param name="Name">
/// Name of the event; empty or <c>*</c> is any that no signature makes. A finding is an event too, selected by the event name of
/// its signature.
/// </param>
/// <param name="Origin">Where on the node it happened.</param>
/// <example><code>new EventSelector("tracee", "sched_process_exec", Origin.Container)</code></example>
public sealed record EventSelector(string Source, string Name = EventSelector.Any, Origin Origin = Origin.Any)
{
    /// <summary>The source of the events that kernel, enricher and signatures make.</summary>
    /// <example><code>new EventSelector(EventSelector.Tracee, "ptrace")</code></example>
    public const string Tracee = Event.Tracee;

    /// <summary>The name that stands for every event.</summary>
    /// <example><code>new EventSelector(EventSelector.Tracee, EventSelector.Any, Origin.Container)</code></example>
    public const string Any = "*";

    /// <summary>Conditions on arguments, all of which must hold; they want a name. None by default.</summary>
    /// <example><code>new EventSelector("tracee", "ptrace") { Filters = [ArgumentFilter.Is("request", 4, 5)] }</code></example>
    public IReadOnlyList<ArgumentFilter> Filters { get; init; } = [];

    /// <summary>Whether it selects events of every name.</summary>
    /// <example><code>if (selector.AnyName) { /* it sees each event of its source */ }</code></example>
    public bool AnyName => Name is "" or Any;

    /// <summary>Whether it selects events of that source, kind and origin, were it not for its filters.</summary>
    /// <param name="source">Who produces it.</param>
    /// <param name="definition">What it is.</param>
    /// <param name="origin">Where it happened.</param>
    /// <example><code>selector.Selects("tracee", e.Definition, e.Origin)</code></example>
    public bool Selects(string source, EventDefinition definition, EventOrigin origin) =>
        Source == source
        && Source.Length > 0
        && (AnyName ? !definition.Internal && definition.Id < EventIds.FirstSignature : Name == definition.Name)
        && Origin switch
        {
            Origin.Host => origin == EventOrigin.Host,
            Origin.ContainerInit => origin == EventOrigin.ContainerInit,
            Origin.Container => origin == EventOrigin.Container,
            _ => true,
        };

    /// <summary>Whether it selects an event, its filters included; for test harnesses, since it resolves the filters anew.</summary>
    /// <param name="e">The event.</param>
    /// <exception cref="SignatureInitException">A filter does not fit the event.</exception>
    /// <example><code>if (signature.SelectedEvents.Any(s => s.Selects(e))) await signature.OnEvent(e, cancellation);</code></example>
    public bool Selects(Event e) => Selects(e.Source, e.Definition, e.Origin) && Filters.All(f => ArgumentTest.Resolve(f, e.Definition).Passes(e));
}
