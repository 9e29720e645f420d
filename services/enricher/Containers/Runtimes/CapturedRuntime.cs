using TraceeMesh.Capture;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>The runtimes of a capture: what they said while it was recorded, said again to the enricher that it is replayed to.</summary>
public sealed class CapturedRuntime : IContainerRuntime
{
    private readonly Dictionary<string, CapturedAnswer> _answers = [];

    /// <summary>The runtimes of a capture.</summary>
    /// <param name="path">The capture.</param>
    /// <exception cref="CaptureException">It cannot be read as one.</exception>
    public CapturedRuntime(string path)
    {
        Socket = path;
        foreach (var answer in CaptureFile.Open(path).Answers)
        {
            // The last that knew: earlier ones may be of a runtime that had not made up its mind.
            if (answer.Enrichment.Length == 0 || !_answers.ContainsKey(answer.ContainerId))
            {
                _answers[answer.ContainerId] = answer;
            }
        }
    }

    /// <inheritdoc/>
    public ContainerRuntime Kind => ContainerRuntime.Unknown;

    /// <inheritdoc/>
    public string Socket { get; }

    /// <summary>It knows containers of every kind.</summary>
    public IReadOnlyList<IContainerRuntime> For(ContainerRuntime kind) => [this];

    /// <inheritdoc/>
    public Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation) => Task.FromResult(
        _answers.TryGetValue(containerId, out var answer) && answer.Enrichment.Length == 0
            ? new RuntimeAnswer(RuntimeStatus.Found, DetailsOf(answer))
            : new RuntimeAnswer(answer?.Enrichment == "timeout" ? RuntimeStatus.Timeout : RuntimeStatus.NotFound));

    /// <summary>What an answer says.</summary>
    public static ContainerDetails DetailsOf(CapturedAnswer answer) => new()
    {
        Name = answer.Name,
        Image = answer.Image,
        ImageDigest = answer.ImageDigest,
        PodName = answer.PodName,
        PodNamespace = answer.PodNamespace,
        PodUid = answer.PodUid,
        PodSandbox = answer.PodSandbox,
        Labels = answer.Labels,
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
