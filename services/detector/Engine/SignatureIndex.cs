using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>Which signatures want an event of one source: one array look-up by event number and origin. A signature gets an event once, however many of its selectors match.</summary>
public sealed class SignatureIndex
{
    private const int Origins = 3;

    private readonly SignatureInstance[][] _byEventAndOrigin;

    /// <summary>Indexes signatures by their selectors.</summary>
    /// <param name="source">The source whose events will be asked for.</param>
    /// <param name="signatures">The signatures.</param>
    public SignatureIndex(string source, IReadOnlyList<SignatureInstance> signatures)
    {
        _byEventAndOrigin = new SignatureInstance[EventSet.Limit * Origins][];
        Array.Fill(_byEventAndOrigin, []);
        foreach (var definition in EventCatalog.All.Where(d => !d.Internal))
        {
            for (var origin = 0; origin < Origins; origin++)
            {
                _byEventAndOrigin[(definition.Id * Origins) + origin] =
                    [.. signatures.Where(s => s.Loaded.Selectors.Any(x => Matches(x, source, definition, (EventOrigin)origin)))];
            }
        }
    }

    /// <summary>The signatures that want it, in order of their ids.</summary>
    public SignatureInstance[] Select(int eventId, EventOrigin origin)
    {
        var slot = (eventId * Origins) + (int)origin;
        return (uint)slot < (uint)_byEventAndOrigin.Length ? _byEventAndOrigin[slot] : [];
    }

    private static bool Matches(EventSelector selector, string source, EventDefinition definition, EventOrigin origin) =>
        selector.Source == source
        && (selector.AnyName || selector.Name == definition.Name)
        && selector.Origin switch
        {
            Origin.Host => origin == EventOrigin.Host,
            Origin.ContainerInit => origin == EventOrigin.ContainerInit,
            Origin.Container => origin == EventOrigin.Container,
            _ => true,
        };
}
