using System.Collections.Frozen;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Detector.Choosing;

/// <summary>What the operator decided about a signature.</summary>
/// <param name="Text">The decision as it was written; two that read the same are the same.</param>
public sealed record SignatureSettings(string Text)
{
    /// <summary>Nothing was decided.</summary>
    public static SignatureSettings Default { get; } = new("");

    /// <summary>Whether it sees events.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The severity of its findings in place of its own.</summary>
    public Severity? Severity { get; init; }

    /// <summary>What it is told, by name.</summary>
    public FrozenDictionary<string, DataValue> Parameters { get; init; } = FrozenDictionary<string, DataValue>.Empty;

    /// <summary>Where its findings are none.</summary>
    public IReadOnlyList<FindingException> Exceptions { get; init; } = [];

    /// <summary>Whether a finding on that event is excepted.</summary>
    public bool Excepts(Event e)
    {
        for (var i = 0; i < Exceptions.Count; i++)
        {
            if (Exceptions[i].Matches(e))
            {
                return true;
            }
        }

        return false;
    }
}
