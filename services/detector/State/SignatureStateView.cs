using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.State;

/// <summary>The state of a partition as one signature sees it: its own keys, while its event is judged. Any other use has no effect and is counted.</summary>
internal sealed class SignatureStateView(PartitionState partition, SignatureInstance signature) : ISignatureState
{
    private string Id => signature.Loaded.Metadata.Id;

    public DataValue Get(Event e, string key) => Judges(e) ? partition.Get(Id, signature.Attempt, e, key) : DataValue.Nil;

    public void Set(Event e, string key, DataValue value, TimeSpan timeToLive)
    {
        if (Judges(e))
        {
            partition.Set(Id, signature.Attempt, e, key, value, timeToLive);
        }
    }

    public long Increment(Event e, string key, TimeSpan timeToLive) => Judges(e) ? partition.Increment(Id, signature.Attempt, e, key, timeToLive) : 0;

    public void Remove(Event e, string key)
    {
        if (Judges(e))
        {
            partition.Set(Id, signature.Attempt, e, key, DataValue.Nil, StateLimits.TimeToLive);
        }
    }

    private bool Judges(Event e)
    {
        var judges = signature.Judges(e);
        if (!judges)
        {
            partition.Refuse();
        }

        return judges;
    }
}
