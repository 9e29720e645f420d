namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>Entries of a slab by pid or tid on the host: those that had the same number one after the other, the latest first.</summary>
/// <typeparam name="T">The entry.</typeparam>
/// <typeparam name="TLinks">Its links to those with the same number.</typeparam>
internal sealed class NumberIndex<T, TLinks>(Slab<T> entries)
    where T : unmanaged, IEntity
    where TLinks : ILinksOf<T>
{
    /// <summary>No pid is above it (the kernel's PID_MAX_LIMIT on 64-bit machines).</summary>
    public const uint Highest = 4 << 20;

    private const int PageBits = 10;

    private readonly Chains<T, TLinks> _chains = new(entries);
    private readonly Chain[]?[] _pages = new Chain[]?[(Highest >> PageBits) + 1];

    /// <summary>The latest entry with this number; 0 where there is none.</summary>
    public int Latest(uint number) =>
        number <= Highest && _pages[number >> PageBits] is { } page ? page[number & ((1 << PageBits) - 1)].First : 0;

    /// <summary>The one that had the number before.</summary>
    public int Before(int entry) => _chains.Next(entry);

    /// <summary>The next higher number that an entry has.</summary>
    /// <returns>False where there is none.</returns>
    public bool TryNext(ref uint number)
    {
        while (number < Highest)
        {
            number++;
            if (_pages[number >> PageBits] is not { } page)
            {
                number |= (1 << PageBits) - 1;
            }
            else if (!page[number & ((1 << PageBits) - 1)].IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds an entry by its start.</summary>
    public void Add(int entry)
    {
        ref var chain = ref ChainOf(entries[entry].Number);
        var next = chain.First;
        while (next != 0 && entries[next].Start > entries[entry].Start)
        {
            next = _chains.Next(next);
        }

        _chains.InsertBefore(ref chain, next, entry);
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(int entry) => _chains.Remove(ref ChainOf(entries[entry].Number), entry);

    /// <summary>Removes everything.</summary>
    public void Clear() => Array.Clear(_pages);

    private ref Chain ChainOf(uint number)
    {
        ref var page = ref _pages[number >> PageBits];
        page ??= new Chain[1 << PageBits];
        return ref page[number & ((1 << PageBits) - 1)];
    }
}
