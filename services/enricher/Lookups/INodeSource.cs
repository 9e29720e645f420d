using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>A data source of the node: what its stores know, as of a position and a time.</summary>
/// <remarks>Whoever asks holds <see cref="NodeStores.Gate"/>, and has seen to it that the position asked for is applied.</remarks>
public interface INodeSource
{
    /// <summary>What it says of itself.</summary>
    public SourceDescription Description { get; }

    /// <summary>The position from which on its history is complete.</summary>
    public StorePosition HistoryFrom { get; }

    /// <summary>Entries that made room for others before their time, since the start.</summary>
    public long Evicted { get; }

    /// <summary>Where its changes are written down for caches; null where it tells none, so that nobody may take an answer as still true.</summary>
    public ChangeLog? Changes => null;

    /// <summary>Answers a question.</summary>
    /// <param name="key">A text, an integer, a bool or a map.</param>
    /// <param name="at">As of when.</param>
    public LookupResult Answer(in LookupKey key, in AsOf at);

    /// <summary>Adds what exists as of then, in an order that stays, after an entry told before.</summary>
    /// <param name="at">As of when.</param>
    /// <param name="after">Where the page before ended: what this method returned then; empty for the first page.</param>
    /// <param name="limit">Entries of this page at most.</param>
    /// <param name="entries">Takes them.</param>
    /// <returns>Where this page ended; empty when there is no more.</returns>
    public string List(in AsOf at, string after, int limit, ICollection<SourceEntry> entries);
}

/// <summary>What a data source of the node says of itself.</summary>
/// <param name="Id">Its name in the namespace <c>tracee</c>.</param>
/// <param name="Text">What it is, in a sentence.</param>
/// <param name="Keys">The kinds of key it takes, separated by commas.</param>
/// <param name="Schema">Names and types of its answers, one flat JSON object.</param>
public sealed record SourceDescription(string Id, string Text, string Keys, string Schema)
{
    /// <summary>The namespace of the mesh's own sources.</summary>
    public const string Namespace = "tracee";

    /// <summary>Version of the answers of all of them.</summary>
    public const int Version = 1;
}
