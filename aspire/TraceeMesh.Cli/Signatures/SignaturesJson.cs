using System.Text.Json.Serialization;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Signatures;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SignatureRow))]
internal sealed partial class SignaturesJson : JsonSerializerContext;
