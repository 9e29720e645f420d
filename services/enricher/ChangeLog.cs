using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher;

/// <summary>What changed in a store since it was last asked; beyond <see cref="ChangeCodec.MaxKeys"/> it says that all may have.</summary>
/// <remarks>Written and read under <see cref="NodeStores.Gate"/>.</remarks>
public sealed class ChangeLog
{
    private readonly List<LookupKey> _keys = [];

    /// <summary>Another number after each <see cref="Clear"/>, never 0: who keeps it where it last named a subject names it once.</summary>
    public int Round { get; private set; } = 1;

    /// <summary>Whether anything may have changed.</summary>
    public bool All { get; private set; }

    /// <summary>What did, unless <see cref="All"/>.</summary>
    public IReadOnlyList<LookupKey> Keys => _keys;

    /// <summary>Says that answers about a subject changed.</summary>
    /// <param name="subject">See <see cref="LookupKey.Subject"/>; it must not lie in a frame.</param>
    public void Add(LookupKey subject)
    {
        if (All)
        {
            return;
        }

        if (_keys.Count == ChangeCodec.MaxKeys)
        {
            AddAll();
            return;
        }

        _keys.Add(subject);
    }

    /// <summary>Says that answers about a text changed.</summary>
    public void Add(Utf8Text subject) => Add((LookupKey)subject);

    /// <summary>Says that any answer may have changed.</summary>
    public void AddAll()
    {
        All = true;
        _keys.Clear();
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Round = Round == int.MaxValue ? 1 : Round + 1;
        All = false;
        _keys.Clear();
    }
}
