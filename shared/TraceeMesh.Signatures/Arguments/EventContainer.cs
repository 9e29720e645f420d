using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>The container an event happened in; all texts are empty on the host.</summary>
/// <param name="e">The event.</param>
/// <example><code>if (e.Container.Image.StartsWith("shop/"u8)) Report(e);</code></example>
public readonly struct EventContainer(Event e)
{
    /// <summary>Its id.</summary>
    /// <example><code>Report(e, ("id", e.Container.Id));</code></example>
    public Utf8Text Id => e.Context.ContainerId;

    /// <summary>Its name.</summary>
    /// <example><code>Report(e, ("name", e.Container.Name));</code></example>
    public Utf8Text Name => e.Context.ContainerName;

    /// <summary>Its image.</summary>
    /// <example><code>Report(e, ("image", e.Container.Image));</code></example>
    public Utf8Text Image => e.Context.ContainerImage;

    /// <summary>The digest of its image.</summary>
    /// <example><code>Report(e, ("imagedigest", e.Container.ImageDigest));</code></example>
    public Utf8Text ImageDigest => e.Context.ContainerImageDigest;
}

/// <summary>Words for what an event carries.</summary>
/// <example><code>var id = e.Container.Id;</code></example>
public static class EventWords
{
    extension(Event e)
    {
        /// <summary>The container the event happened in.</summary>
        /// <example><code>if (!e.Container.Id.IsEmpty) Report(e);</code></example>
        public EventContainer Container => new(e);
    }
}
