using TraceeMesh.Enricher.Containers.Runtimes.Cri;
using TraceeMesh.Grpc;

namespace TraceeMesh.Enricher.Containers.Runtimes.Containerd;

/// <summary>containerd: the container and its image from its own API, its pod from its Container Runtime Interface where that is on.</summary>
public sealed class ContainerdRuntime : IContainerRuntime
{
    private const string KubernetesNamespace = "k8s.io";
    private const int MaxNamespaces = 64;

    // Docker's containers: containerd knows neither their names nor their images, and Docker is asked itself.
    private const string DockerNamespace = "moby";

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
            if (space.Name is not (KubernetesNamespace or DockerNamespace) && ContainerId.IsAskable(space.Name))
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

        var annotations = SpecAnnotations.Read(container.Spec);
        var isSandbox = PodLabels.Read(container.Labels, PodLabels.ContainerdKind) == PodLabels.Sandbox;
        var details = new ContainerDetails
        {
            Name = PodLabels.Read(container.Labels, PodLabels.ContainerName),
            Image = BoundedText.Value(image),
            ImageDigest = BoundedText.Value(digest),
            PodName = Either(container.Labels, PodLabels.PodName, annotations, SpecAnnotations.PodName),
            PodNamespace = Either(container.Labels, PodLabels.PodNamespace, annotations, SpecAnnotations.PodNamespace),
            PodUid = Either(container.Labels, PodLabels.PodUid, annotations, SpecAnnotations.PodUid),
            PodSandboxId = isSandbox ? container.Id : PodLabels.Read(annotations, SpecAnnotations.SandboxId),
            PodSandbox = isSandbox,
            Labels = BoundedLabels.Of(container.Labels),
        };
        return isSandbox || space != KubernetesNamespace
            ? new RuntimeAnswer(RuntimeStatus.Found, details)
            : await AddPodLabelsAsync(details, container, cancellation);
    }

    // Only the sandbox has the pod's labels. As a container of containerd's own it can be asked for as soon as containerd runs,
    // the interface some time later; but a sandbox need not be a container.
    private async Task<RuntimeAnswer> AddPodLabelsAsync(ContainerDetails details, ContainerEntry container, CancellationToken cancellation)
    {
        if (ContainerId.IsAskable(details.PodSandboxId))
        {
            var sandbox = await _containerd.GetContainerAsync(KubernetesNamespace, details.PodSandboxId, cancellation);
            if (sandbox.IsOk)
            {
                return new RuntimeAnswer(RuntimeStatus.Found, details with { Labels = BoundedLabels.Of(container.Labels, sandbox.Message.Container?.Labels) });
            }

            if (RuntimeFailures.Of(sandbox) is { Status: not RuntimeStatus.NotFound } failure)
            {
                return failure;
            }
        }

        return new RuntimeAnswer(RuntimeStatus.Found, await SandboxDetails.AddAsync(_cri, details, container.Id, container.Labels, cancellation));
    }

    private static string Either(IDictionary<string, string> labels, string label, IDictionary<string, string>? annotations, string annotation) =>
        PodLabels.Read(labels, label) is { Length: > 0 } value ? value : PodLabels.Read(annotations, annotation);

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
