using System.Text.Json;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Collector.Consumers;

/// <summary>
/// The union of what consumers want. A selection counts for <see cref="Selection.Validity"/> after it was last
/// heard, by this process's own clock, so a consumer that dies stops costing anything. Time in which nobody can be heard does not
/// count, and what detectors wanted goes on for <see cref="WithoutDetectors"/> when none of them is heard any more: the events stream
/// keeps it for the next one to judge.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class SelectedEvents(TimeProvider time)
{
    /// <summary>Consumers that are remembered; further ones are refused and counted.</summary>
    public const int Capacity = 4096;

    /// <summary>As long as the events stream keeps what nobody has judged.</summary>
    public static readonly TimeSpan WithoutDetectors = StreamTable.EventsMaxAge;

    private const string Detectors = "detector.";

    private readonly Dictionary<string, Consumer> _consumers = [];
    private string _filters = "";
    private bool _changed;
    private bool _wasDeaf;
    private FilterPlan _plan = FilterPlan.None;

    /// <summary>Selections that could not be read or had no room.</summary>
    public long Refused { get; private set; }

    /// <summary>Names in selections that no event has.</summary>
    public long Unknown { get; private set; }

    /// <summary>Takes the selection of a consumer.</summary>
    /// <param name="consumer">Its key in the bucket.</param>
    /// <param name="value">JSON, or nothing where it withdrew.</param>
    public void Hear(string consumer, ReadOnlySpan<byte> value)
    {
        _changed = true;
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
                events.UnionWith(Everything);
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

        _consumers[consumer] = new Consumer(events, selection.Environment, FiltersOf(selection), time.GetTimestamp());
    }

    /// <summary>What is wanted now.</summary>
    /// <param name="deaf">Whether nobody can be heard now.</param>
    public WantedEvents Union(bool deaf = false)
    {
        if (_wasDeaf && !deaf)
        {
            // Who lives says so again within the validity.
            foreach (var name in _consumers.Keys.ToArray())
            {
                _consumers[name] = _consumers[name] with { Heard = time.GetTimestamp() };
            }
        }

        _wasDeaf = deaf;
        var union = new EventSet();
        var environment = false;
        var detectors = IsDetectorHeard() ? Selection.Validity : WithoutDetectors;
        foreach (var (name, consumer) in _consumers)
        {
            if (!deaf && time.GetElapsedTime(consumer.Heard) > (IsDetector(name) ? detectors : Selection.Validity))
            {
                _consumers.Remove(name);
                _changed = true;
                continue;
            }

            union.UnionWith(consumer.Events);
            environment |= consumer.Environment;
        }

        if (_changed)
        {
            _changed = false;
            Plan();
        }

        return new WantedEvents(union, environment, _plan);
    }

    /// <summary>What <c>*</c> selects: every event that can be selected, of the system calls those the table marks.</summary>
    public static EventSet Everything { get; } = new(
        EventCatalog.All.Where(e => !e.Internal && e.Unavailable is null && (!SystemCallTable.IsSystemCall(e.Id) || SystemCallTable.IsDefault(e.Id))).Select(e => e.Id));

    /// <summary>What the stores of the node need whether anybody selects it or not.</summary>
    public static EventSet StoreNeeds { get; } = new(
        EventIds.SchedProcessFork,
        EventIds.SchedProcessExec,
        EventIds.SchedProcessExit,
        EventIds.CgroupMkdir,
        EventIds.CgroupRmdir,
        EventIds.NetPacketDns);

    private static bool IsDetector(string consumer) => consumer.StartsWith(Detectors, StringComparison.Ordinal);

    private bool IsDetectorHeard()
    {
        foreach (var (name, consumer) in _consumers)
        {
            if (IsDetector(name) && time.GetElapsedTime(consumer.Heard) <= Selection.Validity)
            {
                return true;
            }
        }

        return false;
    }

    // What an event's consumers want together: nothing is kept back that one of them wants whole.
    private void Plan()
    {
        var alternatives = new SortedDictionary<int, IReadOnlyList<SelectionAlternative>>();
        foreach (var id in _consumers.Values.SelectMany(c => c.Filters.Keys).Distinct())
        {
            var wanting = _consumers.Values.Where(c => c.Events.Contains(id)).ToList();
            if (!StoreNeeds.Contains(id) && wanting.Count > 0 && wanting.TrueForAll(c => c.Filters.ContainsKey(id)))
            {
                alternatives[id] = [.. wanting.SelectMany(c => c.Filters[id]).DistinctBy(Text).OrderBy(Text, StringComparer.Ordinal)];
            }
        }

        var filters = string.Join('\n', alternatives.Select(a => $"{a.Key} {string.Join(' ', a.Value.Select(Text))}"));
        if (filters != _filters)
        {
            _filters = filters;
            _plan = FilterCompiler.Compile(alternatives.Select(a => KeyValuePair.Create(EventCatalog.Find(a.Key)!, a.Value)));
        }
    }

    private static string Text(SelectionAlternative alternative) => JsonSerializer.Serialize(alternative, MeshJson.Default.SelectionAlternative);

    private static Dictionary<int, IReadOnlyList<SelectionAlternative>> FiltersOf(Selection selection)
    {
        var filters = new Dictionary<int, IReadOnlyList<SelectionAlternative>>();
        foreach (var (name, alternatives) in selection.Filters)
        {
            if (!selection.Events.Contains("*") && EventCatalog.Find(name) is { } definition)
            {
                filters[definition.Id] = alternatives;
            }
        }

        return filters;
    }

    private static Selection? Read(ReadOnlySpan<byte> value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, MeshJson.Default.Selection) is { } selection && IsWhole(selection) ? selection : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // What JSON says with a null where a list or a name is due.
    private static bool IsWhole(Selection selection) =>
        selection.Events is not null && selection.Events.All(e => e is not null)
        && selection.Filters.Values.All(a => a is not null && a.All(IsWhole));

    private static bool IsWhole(SelectionAlternative alternative) =>
        alternative?.Conditions.All(c => c is { Argument: not null, Operator: not null } && c.Texts.All(t => t is not null)) == true;

    private sealed record Consumer(EventSet Events, bool Environment, Dictionary<int, IReadOnlyList<SelectionAlternative>> Filters, long Heard);
}
