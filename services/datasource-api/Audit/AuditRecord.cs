using System.Text.Json.Serialization;

namespace TraceeMesh.DataSourceApi.Audit;

/// <summary>One write, accepted or refused.</summary>
public sealed record AuditRecord
{
    /// <summary>When it was decided, ns since the epoch.</summary>
    public required long Timestamp { get; init; }

    /// <summary>The instance that the client spoke to.</summary>
    public required string Instance { get; init; }

    /// <summary>Who wrote; empty where nobody knows.</summary>
    public required string Principal { get; init; }

    /// <summary>Where from.</summary>
    public required string Peer { get; init; }

    /// <summary>The method called.</summary>
    public required string Method { get; init; }

    /// <summary>Namespace of the source, as it was asked for.</summary>
    public required string Namespace { get; init; }

    /// <summary>Id of the source, as it was asked for.</summary>
    public required string Id { get; init; }

    /// <summary>Items of the write.</summary>
    public required long Pairs { get; init; }

    /// <summary>Revision of the write; 0 where there is none.</summary>
    public required long Revision { get; init; }

    /// <summary>Status of the call, such as OK or PERMISSION_DENIED.</summary>
    public required string Status { get; init; }

    /// <summary>Its message; empty when OK.</summary>
    public required string Message { get; init; }
}

/// <summary>Serialisation of audit records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuditRecord))]
public sealed partial class AuditJson : JsonSerializerContext;
