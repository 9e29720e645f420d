using TraceeMesh.Enricher.Containers;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>Who is asked about containers, and whose answers the main flow picks up: runtimes, or a record of what they said.</summary>
public interface IContainerAnswers
{
    /// <summary>Begins to ask about a container.</summary>
    public void Ask(Container container);

    /// <summary>Takes an answer that came.</summary>
    public bool TryTake(out ContainerAnswer answer);
}
