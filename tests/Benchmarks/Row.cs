using System.Text.Json.Serialization;

namespace TraceeMesh.Benchmarks;

/// <summary>One result; null where there is none.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The result; null when it could not be measured here.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Reference">The same measured on another implementation in the same run.</param>
/// <param name="Ratio">Value by reference.</param>
/// <param name="Target">What the value should reach.</param>
/// <param name="Met">Whether it does.</param>
/// <param name="Lost">How many events were lost meanwhile.</param>
public sealed record Row(string Name, double? Value, string Unit, double? Reference, double? Ratio, double? Target, bool? Met, long? Lost)
{
    /// <summary>A value that should not exceed its target.</summary>
    public static Row AtMost(string name, double value, string unit, double? target, double? reference = null, long? lost = null) =>
        new(name, value, unit, reference, RatioOf(value, reference), target, target is null ? null : value <= target, lost);

    /// <summary>A value that should reach its target.</summary>
    public static Row AtLeast(string name, double value, string unit, double? target, double? reference = null, long? lost = null) =>
        new(name, value, unit, reference, RatioOf(value, reference), target, target is null ? null : value >= target, lost);

    private static double? RatioOf(double value, double? reference) => reference is > 0 ? value / reference : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Row))]
internal sealed partial class RowJson : JsonSerializerContext;
