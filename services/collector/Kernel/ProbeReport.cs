using System.Text;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Collector.Kernel;

/// <summary>What works on this kernel, and why the rest does not.</summary>
/// <param name="Programs">Each program.</param>
/// <param name="Events">Each event the kernel side has.</param>
public sealed record ProbeReport(IReadOnlyList<ProgramState> Programs, IReadOnlyList<EventAvailability> Events)
{
    /// <summary>Whether everything works.</summary>
    public bool IsComplete => Events.All(e => e.IsAvailable);

    /// <summary>Names of the events that consumers may select and that no program can give here.</summary>
    public IReadOnlyList<string> UnavailableEvents =>
        [.. EventCatalog.All.Where(d => !d.Internal && (d.Unavailable is not null || IsMissing(MadeFrom(d.Id)))).Select(d => d.Name)];

    /// <summary>One line per program, for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var program in Programs)
        {
            text.AppendLine(program.Failure is null ? $"{program.Name}: works" : $"{program.Name}: {program.Failure}");
        }

        return text.ToString();
    }

    // What an event needs of the kernel: itself, or what the enricher derives it from.
    private static int MadeFrom(int eventId) => eventId switch
    {
        EventIds.ContainerCreate => EventIds.CgroupMkdir,
        EventIds.ContainerRemove => EventIds.CgroupRmdir,
        _ => eventId,
    };

    // Several programs may give one event.
    private bool IsMissing(int eventId)
    {
        var known = Events.Where(e => e.EventId == eventId).ToList();
        return known.Count > 0 && !known.Exists(e => e.IsAvailable);
    }
}
