using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures;

/// <summary>
/// A question a signature will ask for each event it selects. Declared, the questions of a whole frame travel together and the
/// answers are there before the signature runs; asked undeclared, each is awaited.
/// </summary>
/// <param name="Namespace">Namespace of the source.</param>
/// <param name="Id">Id of the source.</param>
/// <param name="Key">The key by the event; null where nothing will be asked. It must not keep the event.</param>
/// <example><code>new DeclaredLookup("acme", "thresholds", e => e.Container.Image)</code></example>
public sealed record DeclaredLookup(string Namespace, string Id, Func<Event, LookupKey?> Key)
{
    /// <summary>The container an event happened in; nothing on the host.</summary>
    /// <example><code>public override IReadOnlyList&lt;DeclaredLookup&gt; DeclaredLookups { get; } = [DeclaredLookup.ContainerOfEvent];</code></example>
    public static DeclaredLookup ContainerOfEvent { get; } =
        new(EventSelector.Tracee, "containers", e => e.Context.ContainerId.IsEmpty ? (LookupKey?)null : e.Context.ContainerId);

    /// <summary>The process of an event.</summary>
    /// <example><code>public override IReadOnlyList&lt;DeclaredLookup&gt; DeclaredLookups { get; } = [DeclaredLookup.ProcessOfEvent];</code></example>
    public static DeclaredLookup ProcessOfEvent { get; } = new(EventSelector.Tracee, ProcessTreeId, e => LookupKey.Process(e.Context.ProcessEntityId));

    private const string ProcessTreeId = "process_tree";

    /// <summary>The process of an event and its ancestors.</summary>
    /// <param name="depth">How many ancestors at most.</param>
    /// <example><code>public override IReadOnlyList&lt;DeclaredLookup&gt; DeclaredLookups { get; } = [DeclaredLookup.LineageOfEvent(3)];</code></example>
    public static DeclaredLookup LineageOfEvent(int depth) => new(EventSelector.Tracee, ProcessTreeId, e => LookupKey.Lineage(e.Context.ProcessEntityId, depth));
}
