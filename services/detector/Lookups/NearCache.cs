using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Detector.Lookups;

/// <summary>
/// Answers of one data source that serve further events: each with the interval of positions in which it is true. An answer
/// with an open end serves a later event only if no change of its subject is proven in between (<see cref="ChangeChain"/>).
/// </summary>
/// <remarks>
/// Two generations: what is used moves to the young one; when that is full the old one goes. A hit allocates nothing. Safe for
/// use by several partitions.
/// </remarks>
/// <param name="capacity">Answers of one generation; a question has one answer at a time.</param>
public sealed class NearCache(int capacity = NearCache.DefaultCapacity)
{
    /// <summary>Answers of one generation unless said otherwise.</summary>
    public const int DefaultCapacity = 8192;

    private readonly Lock _gate = new();
    private Dictionary<Question, Answer> _young = new(capacity);
    private Dictionary<Question, Answer> _old = new(capacity);

    /// <summary>Answers held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _young.Count + _old.Count;
            }
        }
    }

    /// <summary>Finds the answer that is true for an event.</summary>
    /// <param name="node">Node of the event.</param>
    /// <param name="load">Its load.</param>
    /// <param name="position">Its position.</param>
    /// <param name="key">The question.</param>
    /// <param name="changes">The changes of the source on that node.</param>
    /// <param name="result">The answer.</param>
    public bool TryGet(string node, uint load, long position, in LookupKey key, IChangeProof changes, out LookupResult result)
    {
        var question = new Question(node, key);
        Answer answer;
        lock (_gate)
        {
            if (!_young.TryGetValue(question, out answer))
            {
                if (!_old.Remove(question, out answer))
                {
                    result = null!;
                    return false;
                }

                Put(question with { Key = answer.Key }, answer);
            }
        }

        result = answer.Result;
        return answer.Load == load && result.From <= position
            && (position < result.To || (result.Open && (position == result.To || changes.Proves(load, key.Subject, result.To, position))));
    }

    /// <summary>Whether there is an answer to the question, true now or not.</summary>
    public bool Holds(string node, in LookupKey key)
    {
        var question = new Question(node, key);
        lock (_gate)
        {
            return _young.ContainsKey(question) || _old.ContainsKey(question);
        }
    }

    /// <summary>Forgets all answers.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _young.Clear();
            _old.Clear();
        }
    }

    /// <summary>Takes an answer, if it can serve other events.</summary>
    public void Add(string node, uint load, in LookupKey key, LookupResult result)
    {
        // What is not enriched yet may be a moment later, and an error without an interval is of its own event.
        if (result.Enrichment.Length > 0 || (result.To <= result.From && !result.Open))
        {
            return;
        }

        lock (_gate)
        {
            var owned = key.Own();
            Put(new Question(node, owned), new Answer(load, owned, result));
        }
    }

    private void Put(in Question question, in Answer answer)
    {
        if (_young.Count >= capacity)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }

        _young[question] = answer;
    }

    private readonly record struct Question(string Node, LookupKey Key);

    // With the key as it is kept: the one that asks lies in its event.
    private readonly record struct Answer(uint Load, LookupKey Key, LookupResult Result);
}
