using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// Which signatures want an event. For the events of frames it is one array look-up by number and origin; findings and events of
/// other sources are found by name. A signature gets an event once, however many of its selectors match.
/// </summary>
public sealed class SignatureIndex
{
    /// <summary>Plans kept for findings and events of other sources; further ones are made for each event.</summary>
    public const int MaxNamedPlans = 1024;

    private const int Origins = 3;

    private readonly IReadOnlyList<SignatureInstance> _signatures;
    private readonly SelectionPlan?[] _byNumber;
    private readonly Wanted[] _wanted = new Wanted[EventSet.Limit];
    private readonly Dictionary<(string Source, string Name, EventOrigin Origin), SelectionPlan?> _byName = [];

    /// <summary>Indexes signatures by their selectors.</summary>
    /// <param name="signatures">The signatures, in order of their ids.</param>
    public SignatureIndex(IReadOnlyList<SignatureInstance> signatures)
    {
        _signatures = signatures;
        _byNumber = new SelectionPlan?[EventSet.Limit * Origins];
        foreach (var definition in EventCatalog.All.Where(d => !d.Internal))
        {
            for (var origin = 0; origin < Origins; origin++)
            {
                _byNumber[(definition.Id * Origins) + origin] = SelectionPlan.Of(signatures, Event.Tracee, definition, (EventOrigin)origin);
            }

            var wanting = _byNumber.AsSpan(definition.Id * Origins, Origins);
            _wanted[definition.Id] = !wanting.Contains(null) ? Wanted.Everywhere : wanting.ContainsAnyExcept((SelectionPlan?)null) ? Wanted.Somewhere : Wanted.Nowhere;
        }
    }

    /// <summary>Who wants an event of a frame; null where nobody does.</summary>
    /// <param name="eventId">Its number.</param>
    /// <param name="origin">Its origin.</param>
    public SelectionPlan? Find(int eventId, EventOrigin origin)
    {
        var slot = (eventId * Origins) + (int)origin;
        return (uint)slot < (uint)_byNumber.Length ? _byNumber[slot] : null;
    }

    /// <summary>Whether an event of a frame is wanted, as far as its number tells.</summary>
    /// <param name="eventId">Its number.</param>
    public Wanted IsWanted(int eventId) => (uint)eventId < (uint)_wanted.Length ? _wanted[eventId] : Wanted.Unknown;

    /// <summary>Who wants an event of any source; null where nobody does.</summary>
    public SelectionPlan? Find(Event e) =>
        e is { Source: Event.Tracee, Finding: null } ? Find(e.Definition.Id, e.Origin) : FindByName(e.Source, e.Definition, e.Origin);

    /// <summary>Who wants the findings of a signature; null where nobody does.</summary>
    public SelectionPlan? Find(LoadedSignature signature, EventOrigin origin) => FindByName(Event.Tracee, signature.Event, origin);

    private SelectionPlan? FindByName(string source, EventDefinition definition, EventOrigin origin)
    {
        var key = (source, definition.Name, origin);
        if (!_byName.TryGetValue(key, out var plan))
        {
            plan = SelectionPlan.Of(_signatures, source, definition, origin);
            if (_byName.Count < MaxNamedPlans)
            {
                _byName[key] = plan;
            }
        }

        return plan;
    }
}
