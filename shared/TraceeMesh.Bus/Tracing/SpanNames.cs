namespace TraceeMesh.Bus;

/// <summary>The one table of spans.</summary>
public static class SpanNames
{
    /// <summary>A raw frame, from its first record until it is stored.</summary>
    public const string Collect = "collect";

    /// <summary>A raw frame in the enricher, from its arrival until its event frames are cut.</summary>
    public const string Enrich = "enrich";

    /// <summary>An event frame in the detector, from its arrival until it is judged and its findings are stored.</summary>
    public const string Judge = "judge";

    /// <summary>One question to a data source, as the detector sees it.</summary>
    public const string Lookup = "lookup";

    /// <summary>The same question, as the enricher sees it.</summary>
    public const string Answer = "answer";

    /// <summary>The findings of a frame on their way into the stream.</summary>
    public const string Store = "store";

    /// <summary>All of them, with their service, kind and meaning.</summary>
    public static IReadOnlyList<SpanDescription> All { get; } =
    [
        new(Collect, "collector", "producer", "A raw frame, from its first record until it is stored; the root of a trace", ["messaging.system", "messaging.destination.name", "messaging.operation.type", "messaging.batch.message_count", SpanTags.Node, SpanTags.Load, SpanTags.Offset]),
        new(Enrich, "enricher", "consumer", "A raw frame, from its arrival until its event frames are cut", [SpanTags.Node, SpanTags.Load, SpanTags.Offset]),
        new(Judge, "detector", "consumer", "An event frame, from its arrival until its findings are stored", [SpanTags.Node, SpanTags.Load, SpanTags.Partition]),
        new(Lookup, "detector", "client", "Questions to a data source, asked in one request", [SpanTags.Source, SpanTags.Keys]),
        new(Answer, "enricher", "server", "The same request where it is answered", [SpanTags.Source]),
        new(Store, "detector", "producer", "Findings on their way into the stream; their messages carry its context", [SpanTags.Findings]),
    ];
}
