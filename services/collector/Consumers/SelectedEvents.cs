using System.Text.Json;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Collector.Consumers;

/// <summary>
/// The union of what consumers want. A selection counts for <see cref="Selection.Validity"/> after it was last
/// heard, by this process's own clock, so a consumer that dies stops costing anything.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class SelectedEvents(TimeProvider time)
{
    /// <summary>Consumers that are remembered; further ones are refused and counted.</summary>
    public const int Capacity = 4096;

    private readonly Dictionary<string, (EventSet Events, bool Environment, long Heard)> _consumers = [];

    /// <summary>Selections that could not be read or had no room.</summary>
    public long Refused { get; private set; }

    /// <summary>Names in selections that no event has.</summary>
    public long Unknown { get; private set; }

    /// <summary>Takes the selection of a consumer.</summary>
    /// <param name="consumer">Its key in the bucket.</param>
    /// <param name="value">JSON, or nothing where it withdrew.</param>
    public void Hear(string consumer, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            _consumers.Remove(consumer);
            return;
        }

        if (Read(value) is not { } selection || (_consumers.Count >= Capacity && !_consumers.ContainsKey(consumer)))
        {
            Refused++;
            return;
        }

        var events = new EventSet();
        foreach (var name in selection.Events)
        {
            if (name == "*")
            {
                events.UnionWith(Selectable);
            }
            else if (EventCatalog.Find(name) is { Internal: false } definition)
            {
                events.Add(definition.Id);
            }
            else
            {
                Unknown++;
            }
        }

        _consumers[consumer] = (events, selection.Environment, time.GetTimestamp());
    }

    /// <summary>What is wanted now.</summary>
    public (EventSet Events, bool Environment) Union()
    {
        var union = new EventSet();
        var environment = false;
        foreach (var (consumer, (events, wantsEnvironment, heard)) in _consumers)
        {
            if (time.GetElapsedTime(heard) > Selection.Validity)
            {
                _consumers.Remove(consumer);
                continue;
            }

            union.UnionWith(events);
            environment |= wantsEnvironment;
        }

        return (union, environment);
    }

    /// <summary>Every event that can be selected.</summary>
    public static EventSet Selectable { get; } = new(EventCatalog.All.Where(e => !e.Internal).Select(e => e.Id));

    /// <summary>What the stores of the node need whether anybody selects it or not.</summary>
    public static EventSet StoreNeeds { get; } = new(
        EventIds.SchedProcessFork,
        EventIds.SchedProcessExec,
        EventIds.SchedProcessExit,
        EventIds.CgroupMkdir,
        EventIds.CgroupRmdir,
        EventIds.NetPacketDns);

    private static Selection? Read(ReadOnlySpan<byte> value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, MeshJson.Default.Selection);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
