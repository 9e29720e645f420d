using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures;

/// <summary>The answer to one question; values that it does not hold read as empty.</summary>
/// <param name="result">The answer as it travelled.</param>
public readonly struct Lookup(LookupResult result)
{
    /// <summary>The answer as it travelled.</summary>
    public LookupResult Result => result;

    /// <summary>How the lookup ended.</summary>
    public LookupStatus Status => result.Status;

    /// <summary>Whether there is an answer.</summary>
    public bool Found => result.Status == LookupStatus.Found;

    /// <summary>The answer: a map of names and values; <see cref="DataValue.Nil"/> unless <see cref="Found"/>.</summary>
    public DataValue Values => result.Values;

    /// <summary>Why the answer is incomplete; empty when complete.</summary>
    public string Enrichment => result.Enrichment;

    /// <summary>An answer without values.</summary>
    public static Lookup Failed(LookupStatus status) => new(LookupResult.Failed(status));

    /// <summary>The text called <paramref name="name"/>.</summary>
    public string GetString(string name) => Values[name].Text;

    /// <summary>The integer called <paramref name="name"/>.</summary>
    public long GetInteger(string name) => Values[name].Integer;

    /// <summary>The bool called <paramref name="name"/>.</summary>
    public bool GetBool(string name) => Values[name].Bool;

    /// <summary>The double called <paramref name="name"/>.</summary>
    public double GetFloat(string name) => Values[name].Float;
}
