namespace TraceeMesh.Bus;

/// <summary>Attributes of spans for which OpenTelemetry has no convention.</summary>
public static class SpanTags
{
    /// <summary>Name of the node.</summary>
    public const string Node = "traceemesh.node";

    /// <summary>The load, hexadecimal.</summary>
    public const string Load = "traceemesh.load";

    /// <summary>The first offset of a raw frame.</summary>
    public const string Offset = "traceemesh.offset";

    /// <summary>The partition of an event frame.</summary>
    public const string Partition = "traceemesh.partition";

    /// <summary>A data source, namespace/id.</summary>
    public const string Source = "traceemesh.source";

    /// <summary>How many keys are asked for.</summary>
    public const string Keys = "traceemesh.keys";

    /// <summary>How many findings.</summary>
    public const string Findings = "traceemesh.findings";
}
