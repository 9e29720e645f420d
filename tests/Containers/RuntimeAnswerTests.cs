using TraceeMesh.Contracts.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>The enricher's clients, each against the runtime it is for.</summary>
[Collection(MeshWithRuntimesCollection.Name)]
public sealed class RuntimeAnswerTests(MeshWithRuntimes shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task RunningContainer_IsFoundWithWhatItsRuntimeKnows(string name)
    {
        var expected = shared.Existing(name);

        var answer = await AskAsync(name, expected.Id);

        Assert.True(answer.Status == RuntimeStatus.Found, $"{answer.Status}: {answer.Reason}");
        var details = answer.Details!;
        Assert.Equal(expected.Name, details.Name);
        Assert.Equal(expected.Image, details.Image);
        Assert.Equal(expected.Digest, details.ImageDigest);
        Assert.Equal(expected.Pod?.Name ?? "", details.PodName);
        Assert.Equal(expected.Pod?.Namespace ?? "", details.PodNamespace);
        Assert.Equal(expected.Pod?.Uid ?? "", details.PodUid);
        Assert.Equal(expected.Pod?.SandboxId ?? "", details.PodSandboxId);
        Assert.False(details.PodSandbox);
    }

    [Theory]
    [Runtime("containerd")]
    public async Task Sandbox_IsFoundAsOne_WithTheLabelsOfItsPod(string name)
    {
        var pod = shared.Existing(name).Pod!;

        var answer = await AskAsync(name, pod.SandboxId);

        Assert.True(answer.Status == RuntimeStatus.Found, $"{answer.Status}: {answer.Reason}");
        Assert.True(answer.Details!.PodSandbox);
        Assert.Equal(pod.Name, answer.Details.PodName);
        Assert.Equal(pod.Namespace, answer.Details.PodNamespace);
        Assert.Equal(pod.Uid, answer.Details.PodUid);
        Assert.Equal(Containerd.PodLabel.Value, answer.Details.Labels[Containerd.PodLabel.Key]);
    }

    [Theory]
    [Runtime("docker")]
    [Runtime("containerd")]
    [Runtime("podman")]
    public async Task ContainerThatWasRemoved_IsNotFound(string name)
    {
        var runtime = shared.Runtime(name);
        var container = await runtime.RunAsync($"removed-{name}", "sleep", "3600");
        Assert.Equal(RuntimeStatus.Found, (await AskAsync(name, container.Id)).Status);
        await runtime.RemoveAsync(container);

        Assert.Equal(RuntimeStatus.NotFound, (await AskAsync(name, container.Id)).Status);
    }

    private async Task<RuntimeAnswer> AskAsync(string name, string id)
    {
        using var counters = new ServiceCounters();
        var kind = Enum.Parse<ContainerRuntime>(name, ignoreCase: true);
        await using var sockets = new RuntimeSockets([new RuntimeSocket(kind, shared.Runtime(name).Socket, Configured: true)], TimeProvider.System, new RuntimeCounters(counters));
        using var patience = new CancellationTokenSource(Patience);
        return await Assert.Single(sockets.For(kind)).AskAsync(id, patience.Token);
    }
}
