using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>
/// A question a signature will ask for each event it selects. Declared, the questions of a whole frame travel together and the
/// answers are there before the signature runs; asked undeclared, each is awaited.
/// </summary>
/// <param name="Namespace">Namespace of the source.</param>
/// <param name="Id">Id of the source.</param>
/// <param name="Key">The key by the event; <see cref="DataValue.Nil"/> where nothing will be asked. It must not keep the event.</param>
/// <example><code>new DeclaredLookup("acme", "thresholds", e => e.Container.Image)</code></example>
public sealed record DeclaredLookup(string Namespace, string Id, Func<Event, DataValue> Key)
{
    /// <summary>The container an event happened in; nothing on the host.</summary>
    /// <example><code>public override IReadOnlyList&lt;DeclaredLookup&gt; DeclaredLookups { get; } = [DeclaredLookup.ContainerOfEvent];</code></example>
    public static DeclaredLookup ContainerOfEvent { get; } =
        new(EventSelector.Tracee, "containers", e => e.Context.ContainerId.IsEmpty ? DataValue.Nil : DataValue.Of(e.Context.ContainerId.ToString()));
}
