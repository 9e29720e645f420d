using System.Runtime.InteropServices;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>
/// The answers to the declared questions of one frame: gathered from all of its events, asked in one request per source, there
/// before the first event is judged. A question that several signatures declare is asked once.
/// </summary>
/// <remarks>Filled by one thread; read by as many as judge the frame afterwards. Keys lie in the frame, so it is emptied with it.</remarks>
public sealed class DeclaredAnswers
{
    /// <summary>Questions of one frame; further ones are asked when their event is judged.</summary>
    public const int MaxQuestions = 4096;

    private readonly Dictionary<Question, Place> _places = [];
    private readonly Dictionary<IFrameSource, Asked> _asked = [];

    /// <summary>Forgets the frame before.</summary>
    public void Clear()
    {
        _places.Clear();
        foreach (var asked in _asked.Values)
        {
            asked.Questions.Clear();
            asked.Answers = [];
        }
    }

    /// <summary>Adds a question for an event, unless it is answered or added already.</summary>
    public void Add(IFrameSource source, Event e, in LookupKey key)
    {
        if (_places.Count >= MaxQuestions)
        {
            return;
        }

        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, new Question(source, e.Context.Position, key), out var known);
        if (known)
        {
            return;
        }

        if (source.TryGetNear(e.Frame, e.Context.Position, key, out var near))
        {
            place = new Place(near, null, 0);
            return;
        }

        if (!_asked.TryGetValue(source, out var asked))
        {
            _asked[source] = asked = new Asked();
        }

        place = new Place(null, asked, asked.Questions.Count);
        asked.Questions.Add(new PositionedKey(key, e.Context.Position, e.Context.Timestamp));
    }

    /// <summary>Asks what is not answered, all sources at once.</summary>
    public async ValueTask AskAsync(EventFrameHeader frame, CancellationToken cancellation)
    {
        List<(Asked Asked, Task<LookupResult[]> Asking)>? started = null;
        foreach (var (source, asked) in _asked)
        {
            if (asked.Questions.Count > 0)
            {
                (started ??= []).Add((asked, source.AskAsync(frame, asked.Questions, cancellation).AsTask()));
            }
        }

        foreach (var (asked, asking) in started ?? [])
        {
            asked.Answers = await asking;
        }
    }

    /// <summary>The answer to a question that was declared.</summary>
    /// <param name="source">The source.</param>
    /// <param name="e">The event.</param>
    /// <param name="key">The question.</param>
    /// <param name="result">The answer.</param>
    /// <param name="isNear">Whether the source did not have to be asked.</param>
    public bool TryGet(IDataSource source, Event e, in LookupKey key, out LookupResult result, out bool isNear)
    {
        Place place = default;
        var found = _places.Count > 0 && source is IFrameSource declared && _places.TryGetValue(new Question(declared, e.Context.Position, key), out place);
        isNear = place.Near is not null;
        result = place.Near ?? place.Asked?.Answers[place.Index]!;
        return found;
    }

    private readonly record struct Question(IFrameSource Source, long Position, LookupKey Key)
    {
        public bool Equals(Question other) => ReferenceEquals(Source, other.Source) && Position == other.Position && Key.Equals(other.Key);

        public override int GetHashCode() => (int)Hash.Mix((ulong)Position + (uint)Key.GetHashCode());
    }

    // Where the answer is, or will be.
    private readonly record struct Place(LookupResult? Near, Asked? Asked, int Index);

    private sealed class Asked
    {
        public List<PositionedKey> Questions { get; } = [];

        public LookupResult[] Answers { get; set; } = [];
    }
}
