using TraceeMesh.Contracts;

namespace TraceeMesh.Enricher.Processes;

/// <summary>Lets processes of the same executable share one copy of its path. A path that falls out costs a second copy, nothing else.</summary>
public sealed class PathCache
{
    private const int Slots = 1024;

    private readonly byte[]?[] _slots = new byte[]?[Slots];

    /// <summary>A copy of <paramref name="path"/> that lives as long as it is needed.</summary>
    public ReadOnlyMemory<byte> Intern(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            return default;
        }

        ref var slot = ref _slots[Hash.Of(path) % Slots];
        if (slot is null || !path.SequenceEqual(slot))
        {
            slot = path.ToArray();
        }

        return slot;
    }
}
