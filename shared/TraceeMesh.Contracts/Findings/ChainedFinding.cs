using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Contracts.Findings;

/// <summary>A finding in the hands of the signatures that select it.</summary>
/// <param name="SignatureId">Id of the signature that reported it.</param>
/// <param name="Id">Its id, see <see cref="FindingIds"/>.</param>
/// <param name="Data">What it says beside the event that triggered it.</param>
/// <param name="Trigger">The event that triggered it; itself a finding when findings are chained.</param>
public sealed record ChainedFinding(string SignatureId, string Id, IReadOnlyList<KeyValuePair<string, DataValue>> Data, Event Trigger)
{
    /// <summary>How many findings lie between it and the event that no signature made, itself included.</summary>
    public int Depth { get; } = (Trigger.Finding?.Depth ?? 0) + 1;

    /// <summary>The value called <paramref name="name"/>, or <see cref="DataValue.Nil"/>.</summary>
    public DataValue this[string name]
    {
        get
        {
            foreach (var (key, value) in Data)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return DataValue.Nil;
        }
    }
}
