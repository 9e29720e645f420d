using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Collector.Consumers;

/// <summary>
/// What consumers wanted of the collector before this one, and still do until they were heard: it holds as long as any wish does,
/// or as those of the last detectors while nobody is heard at all, so that a start in between makes no event pass unseen.
/// </summary>
/// <param name="inherited">What the collector before this one had switched on for them.</param>
/// <param name="time">The clock.</param>
public sealed class InheritedWishes(WantedEvents inherited, TimeProvider time)
{
    private long _begun = time.GetTimestamp();
    private bool _over;

    /// <summary>Begins their time anew: so far nobody could be heard.</summary>
    public void Extend() => _begun = time.GetTimestamp();

    /// <summary>What is wanted, together with what was heard.</summary>
    /// <returns>The inherited wishes themselves while nothing else was heard: what is on in the kernel, and what is kept back there, stays as it is.</returns>
    public WantedEvents With(WantedEvents heard)
    {
        var validity = heard.Events.Count == 0 ? SelectedEvents.WithoutDetectors : Selection.Validity;
        _over = _over || time.GetElapsedTime(_begun) > validity || Covers(heard, inherited);
        if (_over)
        {
            return heard;
        }

        if (Covers(inherited, heard))
        {
            return inherited;
        }

        var both = new EventSet();
        both.UnionWith(inherited.Events);
        both.UnionWith(heard.Events);
        return new WantedEvents(both, inherited.Environment || heard.Environment, FilterPlan.None);
    }

    private static bool Covers(WantedEvents wide, WantedEvents narrow) => wide.Events.Covers(narrow.Events) && (wide.Environment || !narrow.Environment);
}
