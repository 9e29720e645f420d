using TraceeMesh.Capture;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;

namespace TraceeMesh.Replay.Judging;

/// <summary>
/// Answers about containers as their runtimes gave them while the capture was recorded, each once its position is reached: the
/// same at every replay, whatever runs on this machine.
/// </summary>
public sealed class CapturedAnswers : IContainerAnswers
{
    private readonly Dictionary<string, List<CapturedAnswer>> _answers = [];
    private readonly List<(Container Container, Queue<CapturedAnswer> Answers)> _open = [];
    private readonly Queue<ContainerAnswer> _due = new();

    /// <summary>The answers of a capture.</summary>
    public CapturedAnswers(IEnumerable<CapturedAnswer> answers)
    {
        foreach (var answer in answers)
        {
            if (!_answers.TryGetValue(answer.ContainerId, out var known))
            {
                _answers[answer.ContainerId] = known = [];
            }

            known.Add(answer);
        }
    }

    /// <summary>The position everything below which is applied, as recorded.</summary>
    public long Position { get; set; }

    /// <inheritdoc/>
    public void Ask(Container container)
    {
        if (_answers.TryGetValue(container.Id.ToString(), out var answers))
        {
            _open.Add((container, new Queue<CapturedAnswer>(answers)));
        }
    }

    /// <inheritdoc/>
    public bool TryTake(out ContainerAnswer answer)
    {
        if (_due.Count == 0 && _open.Count > 0)
        {
            MakeDue();
        }

        return _due.TryDequeue(out answer);
    }

    private void MakeDue()
    {
        foreach (var (container, answers) in _open)
        {
            while (answers.TryPeek(out var next) && next.Position < Position)
            {
                answers.Dequeue();
                var state = StateOf(next.Enrichment);
                _due.Enqueue(new ContainerAnswer(container, state, state == EnrichmentState.Complete ? new ContainerFacts(CapturedRuntime.DetailsOf(next)) : null));
            }
        }

        _open.RemoveAll(static o => o.Answers.Count == 0);
    }

    private static EnrichmentState StateOf(string enrichment)
    {
        foreach (var state in Enum.GetValues<EnrichmentState>())
        {
            if (state.Name() == enrichment)
            {
                return state;
            }
        }

        return EnrichmentState.Error;
    }
}
