using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Containers;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>Adds to an event's context what is known of its container.</summary>
public static class EnrichedContext
{
    /// <summary>Sets name, image, digest, pod, the flag of a sandbox, and why something is missing.</summary>
    public static void Enrich(this ref EventContext context, Container container)
    {
        var facts = container.Facts;
        context.ContainerName = facts.Name;
        context.ContainerImage = facts.Image;
        context.ContainerImageDigest = facts.ImageDigest;
        context.PodName = facts.PodName;
        context.PodNamespace = facts.PodNamespace;
        context.PodUid = facts.PodUid;
        context.Enrichment = container.State.Text();
        context.Flags = facts.PodSandbox ? context.Flags | ContextFlags.PodSandbox : context.Flags & ~ContextFlags.PodSandbox;
        container.WentOn |= container.State != EnrichmentState.Complete;
    }

    /// <summary>Forgets the container.</summary>
    public static void OnHost(this ref EventContext context)
    {
        context.ContainerId = default;
        context.ContainerName = default;
        context.ContainerImage = default;
        context.ContainerImageDigest = default;
        context.PodName = default;
        context.PodNamespace = default;
        context.PodUid = default;
        context.Enrichment = default;
    }
}
