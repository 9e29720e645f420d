using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Deriving;

/// <summary>Writes the arguments of events derived from the life of a container (tracee.md §4.7).</summary>
public static class ContainerArguments
{
    private static readonly byte[][] RuntimeNames =
        [.. Enum.GetValues<ContainerRuntime>().Select(r => Encoding.UTF8.GetBytes(r.Name()))];

    /// <summary>Writes all arguments of an event.</summary>
    /// <param name="writer">Stands behind the event's context.</param>
    /// <param name="eventId">Which event.</param>
    /// <param name="container">The container.</param>
    public static void Write(EventWriter writer, int eventId, Container container)
    {
        writer.Text(RuntimeNames[(int)container.Runtime]);
        writer.Text(container.Id.Bytes);
        if (eventId == EventIds.ContainerRemove)
        {
            return;
        }

        var facts = container.Facts;
        writer.Number(container.Ctime);
        writer.Text(facts.Image.Bytes);
        writer.Text(facts.ImageDigest.Bytes);
        writer.Text(facts.Name.Bytes);
        writer.Text(facts.PodName.Bytes);
        writer.Text(facts.PodNamespace.Bytes);
        writer.Text(facts.PodUid.Bytes);
        writer.Bool(facts.PodSandbox);
    }
}
