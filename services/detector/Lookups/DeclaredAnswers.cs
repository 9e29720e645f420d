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

    private readonly Dictionary<Question, Answer> _answers = [];
    private readonly Dictionary<IFrameSource, List<PositionedKey>> _open = [];

    /// <summary>Forgets the frame before.</summary>
    public void Clear()
    {
        _answers.Clear();
        foreach (var questions in _open.Values)
        {
            questions.Clear();
        }
    }

    /// <summary>Adds a question for an event, unless it is answered or added already.</summary>
    public void Add(IFrameSource source, Event e, in LookupKey key)
    {
        var question = new Question(source, e.Context.Position, key);
        if (_answers.Count >= MaxQuestions || _answers.ContainsKey(question))
        {
            return;
        }

        if (source.TryGetNear(e.Frame, e.Context.Position, key, out var near))
        {
            _answers[question] = new Answer(near, IsNear: true);
            return;
        }

        // Taken, so that it is asked once; nobody reads it before its answer is here.
        _answers[question] = new Answer(LookupResult.Failed(LookupStatus.Unavailable), IsNear: false);
        if (!_open.TryGetValue(source, out var questions))
        {
            _open[source] = questions = [];
        }

        questions.Add(new PositionedKey(key, e.Context.Position, e.Context.Timestamp));
    }

    /// <summary>Asks what is not answered, all sources at once.</summary>
    public async ValueTask AskAsync(EventFrameHeader frame, CancellationToken cancellation)
    {
        List<(IFrameSource Source, List<PositionedKey> Questions, Task<LookupResult[]> Asking)>? asked = null;
        foreach (var (source, questions) in _open)
        {
            if (questions.Count > 0)
            {
                (asked ??= []).Add((source, questions, source.AskAsync(frame, questions, cancellation).AsTask()));
            }
        }

        foreach (var (source, questions, asking) in asked ?? [])
        {
            var answers = await asking;
            for (var i = 0; i < answers.Length; i++)
            {
                _answers[new Question(source, questions[i].Position, questions[i].Key)] = new Answer(answers[i], IsNear: false);
            }
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
        Answer answer = default;
        var found = _answers.Count > 0 && source is IFrameSource declared && _answers.TryGetValue(new Question(declared, e.Context.Position, key), out answer);
        (result, isNear) = (answer.Result, answer.IsNear);
        return found;
    }

    private readonly record struct Question(IFrameSource Source, long Position, LookupKey Key);

    private readonly record struct Answer(LookupResult Result, bool IsNear);
}
