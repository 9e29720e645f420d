using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Detector.Lookups;

/// <summary>
/// The changes of a data source of the mesh. Each of its replicas tells all of them in a chain of its own, and one chain that is
/// unbroken is proof enough.
/// </summary>
public sealed class ReplicaChanges : IChangeProof
{
    /// <summary>Replicas followed; one more, and the one not heard for longest is forgotten.</summary>
    public const int MaxReplicas = 8;

    private readonly Lock _gate = new();
    private readonly List<(ulong Incarnation, ChangeChain Chain)> _chains = [];

    /// <summary>Takes a notice, in the order in which its replica sent it.</summary>
    public void Add(ChangeNotice notice)
    {
        lock (_gate)
        {
            var heard = _chains.FindIndex(c => c.Incarnation == notice.Incarnation);
            var chain = heard < 0 ? new ChangeChain() : _chains[heard].Chain;
            if (heard >= 0)
            {
                _chains.RemoveAt(heard);
            }
            else if (_chains.Count == MaxReplicas)
            {
                _chains.RemoveAt(0);
            }

            _chains.Add((notice.Incarnation, chain));
            chain.Add(notice);
        }
    }

    /// <inheritdoc/>
    public bool Proves(uint load, in LookupKey subject, long asOf, long position)
    {
        lock (_gate)
        {
            foreach (var (_, chain) in _chains)
            {
                if (chain.Proves(load, subject, asOf, position))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
