namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>Something that became so at some time, in the log of what it says something about.</summary>
internal interface IFact
{
    /// <summary>When.</summary>
    public FactStamp Stamp { get; }

    /// <summary>The fact it supersedes; 0 for none.</summary>
    public int Older { get; set; }

    /// <summary>Whether what it is about began with it: before it there is nothing, not something unknown.</summary>
    public bool IsBirth { get; }
}

/// <summary>Logs of facts, the newest first; who keeps a log keeps the number of its newest fact.</summary>
/// <typeparam name="T">The fact.</typeparam>
internal readonly struct FactLog<T>(Slab<T> facts)
    where T : unmanaged, IFact
{
    /// <summary>The fact that held as seen from a viewpoint; 0 where none did.</summary>
    public int Find(int newest, in Viewpoint at, ref Validity validity)
    {
        for (var number = newest; number != 0;)
        {
            ref var fact = ref facts[number];
            var stamp = fact.Stamp;
            if (at.Sees(stamp))
            {
                validity.Uses(stamp.Position);
                return number;
            }

            validity.Passes(stamp, at);
            number = fact.Older;
        }

        return 0;
    }

    /// <summary>The fact that held at a time, wherever it came; 0 where none did.</summary>
    public int FindAt(int newest, long time)
    {
        var number = newest;
        while (number != 0 && facts[number].Stamp.Time > time)
        {
            number = facts[number].Older;
        }

        return number;
    }

    /// <summary>The oldest fact that is kept; 0 of an empty log.</summary>
    public int Oldest(int newest)
    {
        var number = newest;
        while (number != 0 && facts[number].Older is var older && older != 0)
        {
            number = older;
        }

        return number;
    }

    /// <summary>Whether there is none before a fact in its log.</summary>
    public bool IsOldest(int number) => facts[number].Older == 0;

    /// <summary>Puts a fact into its place.</summary>
    /// <returns>The fact that supersedes it; 0 where it is the newest.</returns>
    public int Insert(ref int newest, int number)
    {
        ref var fact = ref facts[number];
        var stamp = fact.Stamp;
        var newer = 0;
        var older = newest;
        while (older != 0 && stamp.IsBefore(facts[older].Stamp))
        {
            newer = older;
            older = facts[older].Older;
        }

        fact.Older = older;
        if (newer == 0)
        {
            newest = number;
        }
        else
        {
            facts[newer].Older = number;
        }

        return newer;
    }

    /// <summary>
    /// Cuts a log behind the fact that still held at <paramref name="horizon"/>, and behind <paramref name="depth"/> facts.
    /// </summary>
    /// <returns>The newest of what was cut off; 0 for nothing.</returns>
    public int Cut(int newest, long horizon, int depth)
    {
        var number = newest;
        for (var i = 1; number != 0; i++)
        {
            ref var fact = ref facts[number];
            if (fact.Stamp.Time <= horizon || i == depth)
            {
                var rest = fact.Older;
                fact.Older = 0;
                return rest;
            }

            number = fact.Older;
        }

        return 0;
    }
}
