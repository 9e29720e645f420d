using TraceeMesh.Enricher.Containers.Runtimes.Cri;
using TraceeMesh.Grpc;

namespace TraceeMesh.Enricher.Containers.Runtimes.Containerd;

/// <summary>containerd: the container and its image from its own API, its pod from its Container Runtime Interface where that is on.</summary>
public sealed class ContainerdRuntime : IContainerRuntime
{
    private const string KubernetesNamespace = "k8s.io";
    private const int MaxNamespaces = 64;

    private readonly GrpcChannel _channel;
    private readonly ContainerdClient _containerd;
    private readonly CriClient _cri;

    /// <summary>containerd at a socket.</summary>
    public ContainerdRuntime(string socket)
    {
        Socket = socket;
        _channel = new GrpcChannel(socket, RuntimeLimits.MaxReplyBytes);
        _containerd = new ContainerdClient(_channel);
        _cri = new CriClient(_channel);
    }

    /// <inheritdoc/>
    public ContainerRuntime Kind => ContainerRuntime.Containerd;

    /// <inheritdoc/>
    public string Socket { get; }

    /// <inheritdoc/>
    public async Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation)
    {
        if (!ContainerId.IsAskable(containerId))
        {
            return ContainerId.NotAskable;
        }

        // Most containers that are asked for are Kubernetes' own.
        var answer = await AskAsync(KubernetesNamespace, containerId, cancellation);
        if (answer.Status != RuntimeStatus.NotFound)
        {
            return answer;
        }

        var namespaces = await _containerd.ListNamespacesAsync(cancellation);
        if (!namespaces.IsOk)
        {
            return RuntimeFailures.Of(namespaces);
        }

        foreach (var space in namespaces.Message.Namespaces.Take(MaxNamespaces))
        {
            if (space.Name != KubernetesNamespace && ContainerId.IsAskable(space.Name))
            {
                answer = await AskAsync(space.Name, containerId, cancellation);
                if (answer.Status != RuntimeStatus.NotFound)
                {
                    return answer;
                }
            }
        }

        return new RuntimeAnswer(RuntimeStatus.NotFound);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<RuntimeAnswer> AskAsync(string space, string id, CancellationToken cancellation)
    {
        var reply = await _containerd.GetContainerAsync(space, id, cancellation);
        return !reply.IsOk ? RuntimeFailures.Of(reply)
            : reply.Message.Container is not { } container || container.Id != id ? new RuntimeAnswer(RuntimeStatus.Malformed, Reason: "a reply without the container asked for")
            : await DescribeAsync(space, container, cancellation);
    }

    private async Task<RuntimeAnswer> DescribeAsync(string space, ContainerEntry container, CancellationToken cancellation)
    {
        var (image, digest, failure) = await AskImageAsync(space, container.Image, cancellation);
        if (failure is not null)
        {
            return failure;
        }

        var details = new ContainerDetails
        {
            Name = PodLabels.Read(container.Labels, PodLabels.ContainerName),
            Image = BoundedText.Value(image),
            ImageDigest = BoundedText.Value(digest),
            PodName = PodLabels.Read(container.Labels, PodLabels.PodName),
            PodNamespace = PodLabels.Read(container.Labels, PodLabels.PodNamespace),
            PodUid = PodLabels.Read(container.Labels, PodLabels.PodUid),
            PodSandbox = PodLabels.Read(container.Labels, PodLabels.ContainerdKind) == PodLabels.Sandbox,
            Labels = BoundedLabels.Of(container.Labels),
        };
        return new RuntimeAnswer(
            RuntimeStatus.Found,
            space == KubernetesNamespace ? await SandboxDetails.AddAsync(_cri, details, container.Id, container.Labels, cancellation) : details);
    }

    // By its name in the image store; an image that is not there, or only by its content, may have a name in the interface.
    private async Task<(string Image, string Digest, RuntimeAnswer? Failure)> AskImageAsync(string space, string reference, CancellationToken cancellation)
    {
        if (reference.Length == 0)
        {
            return ("", "", null);
        }

        var stored = await _containerd.GetImageAsync(space, reference, cancellation);
        if (stored.Message?.Image is { } image && !ImageReference.IsContentId(image.Name))
        {
            return (image.Name, image.Target?.Digest ?? "", null);
        }

        if (!stored.IsOk && RuntimeFailures.Of(stored) is { Status: not RuntimeStatus.NotFound } failure)
        {
            return ("", "", failure);
        }

        var known = space == KubernetesNamespace
            ? (await _cri.ImageStatusAsync(ImageReference.IsContentId(reference) ? ImageReference.Digits(reference) : reference, cancellation)).Message?.Image
            : null;
        return (
            known?.RepoTags.FirstOrDefault() ?? reference,
            stored.Message?.Image?.Target?.Digest ?? known?.RepoDigests.FirstOrDefault() ?? ImageReference.Digest(reference),
            null);
    }
}
