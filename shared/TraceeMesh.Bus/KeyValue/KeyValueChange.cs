namespace TraceeMesh.Bus;

/// <summary>One thing a watcher tells.</summary>
/// <param name="Kind">What.</param>
/// <param name="Entry">The entry, with <see cref="KeyValueChangeKind.Put"/> and <see cref="KeyValueChangeKind.Deleted"/>.</param>
public readonly record struct KeyValueChange(KeyValueChangeKind Kind, KeyValueEntry? Entry = null);
