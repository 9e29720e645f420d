using System.Text.Json.Serialization;
using TraceeMesh.Contracts.Ledger;

namespace TraceeMesh.Cli.Ledger;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class LedgerJson : JsonSerializerContext;
