using TraceeMesh.Contracts;

namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>Executables, interpreters and names that many processes have in common, each kept once for as long as somebody holds it.</summary>
/// <param name="capacity">Entries at most.</param>
/// <param name="texts">Where paths are kept.</param>
internal sealed class FileTable(int capacity, TextSlab texts)
{
    private const int FirstSize = 256;

    private readonly Slab<Entry> _entries = new(capacity);
    private int[] _buckets = new int[FirstSize];

    /// <summary>Entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Entries that may still be added.</summary>
    public int Room => _entries.Room;

    /// <summary>What is known of a file but its path.</summary>
    public ref readonly FileFacts Facts(int number) => ref _entries[number].Facts;

    /// <summary>Its path.</summary>
    public ReadOnlySpan<byte> Path(int number) => number == 0 ? default : texts[_entries[number].Path, _entries[number].PathLength];

    /// <summary>Its path.</summary>
    public ReadOnlyMemory<byte> PathMemory(int number) => number == 0 ? default : texts.Memory(_entries[number].Path, _entries[number].PathLength);

    /// <summary>Finds or adds a file and holds it; 0 of nothing and where there is no room.</summary>
    public int Hold(ReadOnlySpan<byte> path, in FileFacts facts)
    {
        if (path.Length > TextSlab.MaxLength || (path.IsEmpty && facts.Inode == 0))
        {
            return 0;
        }

        var hash = (uint)Hash.Of(path, facts.Inode ^ (facts.Ctime << 1));
        for (var number = _buckets[hash & (_buckets.Length - 1)]; number != 0; number = _entries[number].Next)
        {
            ref var known = ref _entries[number];
            if (known.Hash == hash && known.Facts == facts && Path(number).SequenceEqual(path))
            {
                known.Holders++;
                return number;
            }
        }

        return Add(hash, path, facts);
    }

    /// <summary>Holds a file once more.</summary>
    public int Hold(int number)
    {
        if (number != 0)
        {
            _entries[number].Holders++;
        }

        return number;
    }

    /// <summary>Lets a file go; with its last holder it goes.</summary>
    public void Release(int number)
    {
        if (number == 0 || --_entries[number].Holders > 0)
        {
            return;
        }

        ref var entry = ref _entries[number];
        ref var link = ref _buckets[entry.Hash & (_buckets.Length - 1)];
        while (link != number)
        {
            link = ref _entries[link].Next;
        }

        link = entry.Next;
        texts.Free(entry.Path, entry.PathLength);
        _entries.Free(number);
    }

    /// <summary>Forgets everything, held or not.</summary>
    public void Clear()
    {
        _entries.Clear();
        _buckets = new int[FirstSize];
    }

    private int Add(uint hash, ReadOnlySpan<byte> path, in FileFacts facts)
    {
        var text = texts.Add(path);
        if (text == 0 && !path.IsEmpty)
        {
            return 0;
        }

        var number = _entries.Take();
        if (number == 0)
        {
            texts.Free(text, path.Length);
            return 0;
        }

        if (_entries.Count > _buckets.Length)
        {
            Grow();
        }

        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        _entries[number] = new Entry { Facts = facts, Hash = hash, Holders = 1, Path = text, PathLength = (ushort)path.Length, Next = bucket };
        bucket = number;
        return number;
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new int[old.Length * 2];
        foreach (var first in old)
        {
            for (var number = first; number != 0;)
            {
                ref var entry = ref _entries[number];
                ref var bucket = ref _buckets[entry.Hash & (_buckets.Length - 1)];
                (number, entry.Next, bucket) = (entry.Next, bucket, number);
            }
        }
    }

    private struct Entry
    {
        public FileFacts Facts;
        public uint Hash;
        public int Holders;
        public int Path;
        public int Next;
        public ushort PathLength;
    }
}
