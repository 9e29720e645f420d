namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>An entry's place in a chain: the numbers of its neighbours, 0 at the ends.</summary>
internal struct Links
{
    /// <summary>The one before.</summary>
    public int Previous;

    /// <summary>The one behind.</summary>
    public int Next;
}

/// <summary>The ends of a chain of entries; both 0 when it is empty.</summary>
internal struct Chain
{
    /// <summary>The first.</summary>
    public int First;

    /// <summary>The last.</summary>
    public int Last;

    /// <summary>Whether nothing is in it.</summary>
    public readonly bool IsEmpty => First == 0;
}

/// <summary>Which of an entry's links a chain uses.</summary>
/// <typeparam name="T">The entry.</typeparam>
internal interface ILinksOf<T>
{
    /// <summary>The links in an entry.</summary>
    public static abstract ref Links Of(ref T entry);
}

/// <summary>Chains of entries of a slab, linked through the entries themselves.</summary>
/// <typeparam name="T">The entry.</typeparam>
/// <typeparam name="TLinks">Which of its links.</typeparam>
internal readonly struct Chains<T, TLinks>(Slab<T> entries)
    where T : unmanaged
    where TLinks : ILinksOf<T>
{
    /// <summary>The entry behind this one; 0 at the end.</summary>
    public int Next(int number) => TLinks.Of(ref entries[number]).Next;

    /// <summary>Puts an entry at the front.</summary>
    public void AddFirst(ref Chain chain, int number) => InsertBefore(ref chain, chain.First, number);

    /// <summary>Puts an entry at the end.</summary>
    public void AddLast(ref Chain chain, int number) => InsertBefore(ref chain, 0, number);

    /// <summary>Puts an entry before another one; before 0 is the end.</summary>
    public void InsertBefore(ref Chain chain, int next, int number)
    {
        ref var links = ref TLinks.Of(ref entries[number]);
        var previous = next == 0 ? chain.Last : TLinks.Of(ref entries[next]).Previous;
        links.Previous = previous;
        links.Next = next;
        Join(ref chain, previous, number);
        Join(ref chain, number, next);
    }

    /// <summary>Takes an entry out.</summary>
    public void Remove(ref Chain chain, int number)
    {
        ref var links = ref TLinks.Of(ref entries[number]);
        Join(ref chain, links.Previous, links.Next);
        links = default;
    }

    private void Join(ref Chain chain, int left, int right)
    {
        if (left == 0)
        {
            chain.First = right;
        }
        else
        {
            TLinks.Of(ref entries[left]).Next = right;
        }

        if (right == 0)
        {
            chain.Last = left;
        }
        else
        {
            TLinks.Of(ref entries[right]).Previous = left;
        }
    }
}
