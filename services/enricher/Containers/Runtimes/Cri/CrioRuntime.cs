using TraceeMesh.Grpc;

namespace TraceeMesh.Enricher.Containers.Runtimes.Cri;

/// <summary>CRI-O, through the Container Runtime Interface.</summary>
public sealed class CrioRuntime : IContainerRuntime
{
    private readonly GrpcChannel _channel;
    private readonly CriClient _cri;

    /// <summary>CRI-O at a socket.</summary>
    public CrioRuntime(string socket)
    {
        Socket = socket;
        _channel = new GrpcChannel(socket, RuntimeLimits.MaxReplyBytes);
        _cri = new CriClient(_channel);
    }

    /// <inheritdoc/>
    public ContainerRuntime Kind => ContainerRuntime.Crio;

    /// <inheritdoc/>
    public string Socket { get; }

    /// <inheritdoc/>
    public async Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation)
    {
        if (!ContainerId.IsAskable(containerId))
        {
            return ContainerId.NotAskable;
        }

        var reply = await _cri.ContainerStatusAsync(containerId, cancellation);
        if (!reply.IsOk)
        {
            // A pod's sandbox is no container to the interface.
            var failure = RuntimeFailures.Of(reply);
            return failure.Status == RuntimeStatus.NotFound ? await AskSandboxAsync(containerId, cancellation) : failure;
        }

        // The interface also finds containers by the beginning of their id.
        return reply.Message.Status is not { } status ? new RuntimeAnswer(RuntimeStatus.Malformed, Reason: "a status without a container")
            : status.Id != containerId ? new RuntimeAnswer(RuntimeStatus.NotFound)
            : await DescribeAsync(status, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<RuntimeAnswer> AskSandboxAsync(string id, CancellationToken cancellation)
    {
        var reply = await _cri.PodSandboxStatusAsync(id, cancellation);
        return !reply.IsOk ? RuntimeFailures.Of(reply)
            : reply.Message.Status is not { } sandbox ? new RuntimeAnswer(RuntimeStatus.Malformed, Reason: "a status without a sandbox")
            : sandbox.Id != id ? new RuntimeAnswer(RuntimeStatus.NotFound)
            : new RuntimeAnswer(RuntimeStatus.Found, SandboxDetails.Complete(new ContainerDetails { PodSandbox = true }, null, sandbox));
    }

    private async Task<RuntimeAnswer> DescribeAsync(ContainerStatus status, CancellationToken cancellation)
    {
        var image = status.Image?.Image ?? "";
        if (ImageReference.IsContentId(image))
        {
            var known = await _cri.ImageStatusAsync(image, cancellation);
            image = known.Message?.Image?.RepoTags.FirstOrDefault() ?? image;
        }

        var details = new ContainerDetails
        {
            Name = BoundedText.Value(status.Metadata?.Name),
            Image = BoundedText.Value(image),
            ImageDigest = BoundedText.Value(status.ImageRef),
            PodName = PodLabels.Read(status.Labels, PodLabels.PodName),
            PodNamespace = PodLabels.Read(status.Labels, PodLabels.PodNamespace),
            PodUid = PodLabels.Read(status.Labels, PodLabels.PodUid),
            PodSandbox = PodLabels.Read(status.Annotations, PodLabels.CrioKind) == PodLabels.Sandbox,
            Labels = BoundedLabels.Of(status.Labels),
        };
        return new RuntimeAnswer(RuntimeStatus.Found, await SandboxDetails.AddAsync(_cri, details, status.Id, status.Labels, cancellation));
    }
}
