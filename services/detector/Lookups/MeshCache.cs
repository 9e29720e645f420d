using TraceeMesh.Bus;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Detector.Lookups;

/// <summary>
/// Answers of a data source of the mesh. One is given again where the source's log, read for this question, holds no change of it: so
/// a lookup reflects every write acknowledged before it, as if the source had been asked (protocol.md, section 4).
/// </summary>
/// <param name="log">The source's log.</param>
/// <param name="changes">What the source told of its changes.</param>
public sealed class MeshCache(LogEnd log, ReplicaChanges changes)
{
    // Revisions are positions of a load that never ends.
    private const uint Load = 0;

    private readonly NearCache _answers = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _created;

    /// <summary>Finds answers; null for each question that is to be asked.</summary>
    public async ValueTask<LookupResult?[]> FindAsync(IReadOnlyList<PositionedKey> questions, CancellationToken cancellation)
    {
        var found = new LookupResult?[questions.Count];
        if (!HoldsAny(questions) || await log.ReadAsync(cancellation) is not { } end || !IsTheSameLog(end))
        {
            return found;
        }

        for (var i = 0; i < found.Length; i++)
        {
            found[i] = _answers.TryGet("", Load, end.LastSequence, questions[i].Key, changes, out var answer) ? answer : null;
        }

        return found;
    }

    /// <summary>Takes an answer.</summary>
    public void Add(in LookupKey key, LookupResult answer) => _answers.Add("", Load, key, answer);

    private bool HoldsAny(IReadOnlyList<PositionedKey> questions)
    {
        for (var i = 0; i < questions.Count; i++)
        {
            if (_answers.Holds("", questions[i].Key))
            {
                return true;
            }
        }

        return false;
    }

    // The revisions of a log that was made anew begin anew; what was answered before is of another one.
    private bool IsTheSameLog(StreamState end)
    {
        lock (_gate)
        {
            var same = end.Created == _created;
            if (!same)
            {
                _created = end.Created;
                _answers.Clear();
            }

            return same;
        }
    }
}
