using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>A data source that can be asked for the events of a whole frame at once.</summary>
public interface IFrameSource : IDataSource
{
    /// <summary>Finds an answer that is true for an event and need not be asked for.</summary>
    /// <param name="frame">The event's frame.</param>
    /// <param name="position">Its position.</param>
    /// <param name="key">What is asked.</param>
    /// <param name="result">The answer.</param>
    public bool TryGetNear(EventFrameHeader frame, long position, in LookupKey key, out LookupResult result);

    /// <summary>Asks for events of one frame.</summary>
    /// <param name="frame">Their frame.</param>
    /// <param name="questions">What is asked for which of them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The answers, in the order of the questions.</returns>
    public ValueTask<LookupResult[]> AskAsync(EventFrameHeader frame, IReadOnlyList<PositionedKey> questions, CancellationToken cancellation);
}
