using System.Text.Json.Serialization;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Contracts.Mesh;

/// <summary>Serialisation of the small JSON messages: camelCase, unknown fields ignored, so that a reader of version n takes n-1 and n+1.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false, MaxDepth = 16)]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(Selection))]
[JsonSerializable(typeof(SignatureList))]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlReply))]
[JsonSerializable(typeof(LedgerCut))]
[JsonSerializable(typeof(NodeAccount))]
[JsonSerializable(typeof(LeaseRecord))]
public sealed partial class MeshJson : JsonSerializerContext;
