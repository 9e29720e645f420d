using TraceeMesh.Contracts;

namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>
/// Which ids are no longer kept, as far as that is remembered: the last <see cref="Ways"/> of each of <see cref="Sets"/> sets,
/// by 32 bits of each. So one in a thousand million others is taken for forgotten, which makes "not found" an "expired".
/// </summary>
internal sealed class ForgottenIds
{
    private const int Ways = 4;
    private const int Sets = 1 << 16;

    private uint[]? _prints;

    /// <summary>Remembers that an id is no longer kept.</summary>
    public void Add(ulong id)
    {
        _prints ??= new uint[Sets * Ways];
        var (set, print) = PlaceOf(id);
        var ways = _prints.AsSpan(set * Ways, Ways);
        if (!ways.Contains(print))
        {
            ways[..^1].CopyTo(ways[1..]);
            ways[0] = print;
        }
    }

    /// <summary>Whether an id is no longer kept.</summary>
    public bool Contains(ulong id)
    {
        var (set, print) = PlaceOf(id);
        return _prints is not null && _prints.AsSpan(set * Ways, Ways).Contains(print);
    }

    /// <summary>Forgets that, too.</summary>
    public void Clear() => _prints = null;

    private static (int Set, uint Print) PlaceOf(ulong id)
    {
        var hash = Hash.Mix(id);
        return ((int)(hash % Sets), (uint)(hash >> 32) | 1);
    }
}
