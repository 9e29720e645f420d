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
        [.. EventCatalog.All.Where(d => !d.Internal && Events.Any(e => e.EventId == d.Id) && Events.All(e => e.EventId != d.Id || !e.IsAvailable)).Select(d => d.Name)];

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
}
