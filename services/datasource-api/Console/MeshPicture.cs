using System.Text.Json.Serialization;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.DataSourceApi.Readiness;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>The mesh at one moment: who is there, what went through, what was lost.</summary>
public sealed record MeshPicture
{
    /// <summary>When, ns since the epoch.</summary>
    public required long Time { get; init; }

    /// <summary>What the mesh lacks to be ready, one line each.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Its services, silent ones of the last minutes included.</summary>
    public required IReadOnlyList<ServiceState> Services { get; init; }

    /// <summary>The books of each node.</summary>
    public required IReadOnlyList<NodeReport> Nodes { get; init; }

    /// <summary>Who judges each partition that has an owner.</summary>
    public required IReadOnlyDictionary<int, string> Partitions { get; init; }

    /// <summary>Findings that the stream holds.</summary>
    public required long Findings { get; init; }
}

/// <summary>What every page shows of the mesh, whichever it is.</summary>
/// <param name="Missing">What the mesh lacks to be ready.</param>
/// <param name="Silent">Services that fell silent.</param>
/// <param name="Lost">Events lost, by node and reason.</param>
/// <param name="Unclosed">Nodes with loads whose end is unknown.</param>
public sealed record MeshHealth(
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Silent,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Lost,
    IReadOnlyList<string> Unclosed);

/// <summary>The signatures over all detectors.</summary>
/// <param name="Signatures">One row each.</param>
/// <param name="Detectors">Those that answered.</param>
/// <param name="SilentDetectors">Those that beat and did not answer: what they judged is not in the numbers.</param>
public sealed record SignaturesView(IReadOnlyList<SignatureRow> Signatures, IReadOnlyList<string> Detectors, IReadOnlyList<string> SilentDetectors);

/// <summary>Serialisation of what the page is sent.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MeshPicture))]
[JsonSerializable(typeof(MeshHealth))]
[JsonSerializable(typeof(SignaturesView))]
public sealed partial class PictureJson : JsonSerializerContext;
