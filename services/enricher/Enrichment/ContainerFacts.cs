using System.Collections.ObjectModel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Containers.Runtimes;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>What a runtime said of a container, as events carry it.</summary>
public sealed class ContainerFacts
{
    /// <summary>Nothing is known.</summary>
    public static readonly ContainerFacts None = new(new ContainerDetails());

    /// <summary>The facts in an answer.</summary>
    public ContainerFacts(ContainerDetails details)
    {
        Name = Utf8Text.From(details.Name);
        Image = Utf8Text.From(details.Image);
        ImageDigest = Utf8Text.From(details.ImageDigest);
        PodName = Utf8Text.From(details.PodName);
        PodNamespace = Utf8Text.From(details.PodNamespace);
        PodUid = Utf8Text.From(details.PodUid);
        PodSandbox = details.PodSandbox;
        Labels = details.Labels;
    }

    /// <summary>Its name.</summary>
    public Utf8Text Name { get; }

    /// <summary>Its image.</summary>
    public Utf8Text Image { get; }

    /// <summary>The digest of its image.</summary>
    public Utf8Text ImageDigest { get; }

    /// <summary>Name of its pod.</summary>
    public Utf8Text PodName { get; }

    /// <summary>Namespace of its pod.</summary>
    public Utf8Text PodNamespace { get; }

    /// <summary>Uid of its pod.</summary>
    public Utf8Text PodUid { get; }

    /// <summary>Whether it is the sandbox of its pod.</summary>
    public bool PodSandbox { get; }

    /// <summary>Its labels, within the bounds of <see cref="RuntimeLimits"/>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; private set; }

    /// <summary>Forgets them: there is no room.</summary>
    internal void DropLabels() => Labels = ReadOnlyDictionary<string, string>.Empty;
}
