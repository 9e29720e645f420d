namespace TraceeMesh.Contracts.Records;

/// <summary>Twin of <c>enum flow_direction</c>: who began a connection.</summary>
public enum FlowDirection
{
    /// <summary>The other host.</summary>
    Incoming = 1,

    /// <summary>This host.</summary>
    Outgoing = 2,
}
