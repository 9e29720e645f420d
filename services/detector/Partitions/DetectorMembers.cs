using TraceeMesh.Bus;

namespace TraceeMesh.Detector.Partitions;

/// <summary>
/// The detectors that share the partitions. Each rewrites a record of its own beside the leases as often as it renews those; one
/// whose record has not changed for as long as a lease takes to expire is no longer counted. One thread hears, another asks.
/// </summary>
/// <param name="self">The name of this detector's record.</param>
/// <param name="times">The times of a lease.</param>
/// <param name="time">This replica's own clock; nobody's wall clock decides who is there.</param>
public sealed class DetectorMembers(string self, LeaseTimes times, TimeProvider time)
{
    /// <summary>Detectors counted at most; there are far fewer partitions to share.</summary>
    public const int MaxMembers = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Revision, long Seen)> _heard = [];
    private bool _known;

    /// <summary>Takes note of what the bucket tells. Who was in one that the bus forgot writes again, or is missed before long.</summary>
    public void Hear(in KeyValueChange change)
    {
        lock (_gate)
        {
            switch (change.Kind)
            {
                case KeyValueChangeKind.Put when _heard.Count < MaxMembers || _heard.ContainsKey(change.Entry!.Key):
                    _heard[change.Entry!.Key] = (change.Entry.Revision, time.GetTimestamp());
                    break;
                case KeyValueChangeKind.Deleted:
                    _heard.Remove(change.Entry!.Key);
                    break;
                case KeyValueChangeKind.InitialDone:
                    _known = true;
                    break;
            }
        }
    }

    /// <summary>The bus was away, and nobody can have been heard: everybody's time begins anew.</summary>
    public void Excuse()
    {
        lock (_gate)
        {
            foreach (var name in _heard.Keys)
            {
                _heard[name] = _heard[name] with { Seen = time.GetTimestamp() };
            }
        }
    }

    /// <summary>The partitions that are this detector's to judge, by number; none while it does not know who else is there.</summary>
    public void Share(Span<bool> mine)
    {
        lock (_gate)
        {
            mine.Clear();
            if (!_known)
            {
                return;
            }

            var (members, rank) = (1, 0);
            foreach (var (name, heard) in _heard)
            {
                if (name != self && time.GetElapsedTime(heard.Seen) < times.Expiry)
                {
                    members++;
                    rank += string.CompareOrdinal(name, self) < 0 ? 1 : 0;
                }
            }

            // Neighbours go to different detectors: the partitions over which one node spreads are neighbours.
            for (var partition = rank; partition < mine.Length; partition += members)
            {
                mine[partition] = true;
            }
        }
    }

    /// <summary>Names of the records that nobody has renewed for so long that they may be removed, with their revisions.</summary>
    public IReadOnlyList<(string Name, long Revision)> Abandoned()
    {
        lock (_gate)
        {
            return [.. _heard.Where(h => h.Key != self && time.GetElapsedTime(h.Value.Seen) >= times.Abandoned).Select(h => (h.Key, h.Value.Revision))];
        }
    }
}
