using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>How far it is known what a runtime knows of a container.</summary>
public enum EnrichmentState
{
    /// <summary>The runtime has not answered yet.</summary>
    Pending,

    /// <summary>Everything is known.</summary>
    Complete,

    /// <summary>The runtime took too long to answer.</summary>
    Timeout,

    /// <summary>There is no socket of its runtime on this node.</summary>
    UnsupportedRuntime,

    /// <summary>The runtime does not know it: it is gone from there, or was never there.</summary>
    Gone,

    /// <summary>The runtime could not be asked, or what it said could not be used.</summary>
    Error,
}

/// <summary>The names of <see cref="EnrichmentState"/>, as events and lookups show them.</summary>
public static class EnrichmentStates
{
    private static readonly string[] Names = ["pending", "", "timeout", "unsupported_runtime", "gone", "error"];
    private static readonly Utf8Text[] Texts = Array.ConvertAll(Names, Utf8Text.From);

    /// <summary>The name of a state; empty where it is complete.</summary>
    public static string Name(this EnrichmentState state) => Names[(int)state];

    /// <summary><see cref="Name"/> as events carry it.</summary>
    public static Utf8Text Text(this EnrichmentState state) => Texts[(int)state];
}
