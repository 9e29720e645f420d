namespace TraceeMesh.DataSourceApi.Services;

/// <summary>What is known of a write while it is carried out.</summary>
public sealed class AuditEntry
{
    /// <summary>Who writes; empty while nobody knows.</summary>
    public string Principal { get; set; } = "";

    /// <summary>Namespace asked for.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Id asked for.</summary>
    public string Id { get; set; } = "";

    /// <summary>Items so far.</summary>
    public long Pairs { get; set; }
}
