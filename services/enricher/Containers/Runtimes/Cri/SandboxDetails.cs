namespace TraceeMesh.Enricher.Containers.Runtimes.Cri;

/// <summary>Adds what only the pod's sandbox knows: above all the pod's labels.</summary>
internal static class SandboxDetails
{
    /// <summary>
    /// Asks for the sandbox of a container and adds what it knows. What the container itself said stands, whatever becomes of
    /// this question: it is one about the pod, and the pod may be going.
    /// </summary>
    /// <param name="cri">Who is asked.</param>
    /// <param name="details">What is known of the container.</param>
    /// <param name="id">Its id.</param>
    /// <param name="labels">All its own labels.</param>
    /// <param name="cancellation">Ends the questions.</param>
    public static async Task<ContainerDetails> AddAsync(
        CriClient cri, ContainerDetails details, string id, IEnumerable<KeyValuePair<string, string>> labels, CancellationToken cancellation)
    {
        var sandboxId = details.PodSandbox ? id : await FindIdAsync(cri, id, cancellation);
        if (sandboxId.Length == 0)
        {
            return details;
        }

        var reply = await cri.PodSandboxStatusAsync(sandboxId, cancellation);
        return reply.Message?.Status is { } sandbox && sandbox.Id == sandboxId
            ? Complete(details, labels, sandbox)
            : details with { PodSandboxId = BoundedText.Value(sandboxId) };
    }

    /// <summary>What is known of a container, and of its sandbox.</summary>
    public static ContainerDetails Complete(ContainerDetails details, IEnumerable<KeyValuePair<string, string>>? labels, PodSandboxStatus sandbox) => details with
    {
        PodName = Or(details.PodName, sandbox.Metadata?.Name),
        PodNamespace = Or(details.PodNamespace, sandbox.Metadata?.Namespace),
        PodUid = Or(details.PodUid, sandbox.Metadata?.Uid),
        PodSandboxId = BoundedText.Value(sandbox.Id),
        Labels = BoundedLabels.Of(labels, sandbox.Labels),
    };

    private static async Task<string> FindIdAsync(CriClient cri, string id, CancellationToken cancellation)
    {
        var reply = await cri.ListContainersAsync(id, cancellation);
        foreach (var container in (IEnumerable<ListedContainer>?)reply.Message?.Containers ?? [])
        {
            if (container.Id == id && ContainerId.IsAskable(container.PodSandboxId))
            {
                return container.PodSandboxId;
            }
        }

        return "";
    }

    private static string Or(string own, string? sandbox) => own.Length > 0 ? own : BoundedText.Value(sandbox);
}
