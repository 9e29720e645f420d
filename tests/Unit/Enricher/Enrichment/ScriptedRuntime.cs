using System.Collections.Concurrent;
using TraceeMesh.Enricher.Containers.Runtimes;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

/// <summary>A runtime that answers when and what a test says; a container nobody speaks for is never answered.</summary>
internal sealed class ScriptedRuntime : IContainerRuntime
{
    /// <summary>The labels of each container it knows.</summary>
    public static readonly IReadOnlyDictionary<string, string> Labels = new Dictionary<string, string> { ["team"] = "checkout" };

    private readonly ConcurrentDictionary<string, TaskCompletionSource<RuntimeAnswer>> _answers = new();
    private readonly ConcurrentDictionary<string, int> _asked = new();

    public ContainerRuntime Kind => ContainerRuntime.Docker;

    public string Socket => "";

    public int AskedAbout(string id) => _asked.GetValueOrDefault(id);

    public void Answer(string id, RuntimeStatus status, string image = "") =>
        Slot(id).SetResult(new RuntimeAnswer(status, status == RuntimeStatus.Found ? Details(image) : null));

    public void Forget()
    {
        _answers.Clear();
        _asked.Clear();
    }

    public async Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation)
    {
        _asked.AddOrUpdate(containerId, 1, static (_, n) => n + 1);
        try
        {
            var answer = await Slot(containerId).Task.WaitAsync(cancellation);
            if (answer.Status != RuntimeStatus.Found)
            {
                _answers.TryRemove(containerId, out _);
            }

            return answer;
        }
        catch (OperationCanceledException)
        {
            return new RuntimeAnswer(RuntimeStatus.Timeout);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ContainerDetails Details(string image) => new()
    {
        Name = "cart-0",
        Image = image,
        ImageDigest = "sha256:1",
        PodName = "cart",
        PodNamespace = "shop",
        PodUid = "u-1",
        PodSandbox = true,
        Labels = Labels,
    };

    private TaskCompletionSource<RuntimeAnswer> Slot(string id) =>
        _answers.GetOrAdd(id, static _ => new TaskCompletionSource<RuntimeAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
}
