namespace TraceeMesh.Collector.Kernel;

/// <summary>When an event goes, as the ring fills. Twin of <c>enum shed_order</c>.</summary>
public enum ShedOrder
{
    /// <summary>Only for want of room.</summary>
    Never = 0,

    /// <summary>When the ring is nearly full.</summary>
    Late = 1,

    /// <summary>First.</summary>
    Early = 2,
}
