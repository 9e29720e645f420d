namespace TraceeMesh.Contracts.Lookups;

/// <summary>
/// What changed in a data source of a node while it applied a range of positions. Notices of one incarnation are numbered
/// without a gap: whoever has an unbroken chain of them knows that what they do not name has not changed.
/// </summary>
public sealed record ChangeNotice
{
    /// <summary>Random, new with each start of the source.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>One more than that of the notice before.</summary>
    public required long Number { get; init; }

    /// <summary>Load of the positions.</summary>
    public required uint LoadId { get; init; }

    /// <summary>First position of the range.</summary>
    public required long From { get; init; }

    /// <summary>Position behind its last one.</summary>
    public required long To { get; init; }

    /// <summary>What changed: <see cref="LookupKey.Subject"/> of the keys whose answers did.</summary>
    public IReadOnlyList<LookupKey> Keys { get; init; } = [];

    /// <summary>Whether anything may have changed, named or not.</summary>
    public bool All { get; init; }
}
