using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Detector.Engine;

/// <content>Findings that other signatures select.</content>
public sealed partial class FrameJudge
{
    // Called under the lock: signatures that wait may report from any thread.
    private void Chain(LoadedSignature signature, Event e, int ordinal, ReadOnlySpan<(string Name, DataValue Value)> data, string id)
    {
        if (_index.Find(signature, e.Origin) is null)
        {
            return;
        }

        if (e.Finding?.Depth >= EvaluationLimits.ChainDepth)
        {
            _parts.Counters.ChainsCut.Add();
            return;
        }

        var entries = new KeyValuePair<string, DataValue>[data.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new(data[i].Name, data[i].Value);
        }

        // The event judged is reused for the next one only when all that is chained to it is done.
        _reported.Add((signature.Metadata.Id, ordinal, Event.Of(signature.Event, new ChainedFinding(signature.Metadata.Id, id, entries, e))));
    }

    // In an order that does not depend on which of them had to wait for longer.
    private void EnqueueReported()
    {
        if (_reported.Count > 1)
        {
            _reported.Sort(static (a, b) => string.CompareOrdinal(a.Signature, b.Signature) is var order and not 0 ? order : a.Ordinal.CompareTo(b.Ordinal));
        }

        foreach (var (_, _, e) in _reported)
        {
            _chained.Enqueue(e);
        }

        _reported.Clear();
    }
}
