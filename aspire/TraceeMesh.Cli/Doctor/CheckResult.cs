using System.Text.Json.Serialization;

namespace TraceeMesh.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="State">How it is.</param>
/// <param name="Found">What is there.</param>
/// <param name="Mend">What to do; null when nothing is to be done.</param>
public sealed record CheckResult(string Check, CheckState State, string Found, string? Mend = null)
{
    public static CheckResult Ok(string check, string found) => new(check, CheckState.Ok, found);

    public static CheckResult Warn(string check, string found, string mend) => new(check, CheckState.Warn, found, mend);

    public static CheckResult Fail(string check, string found, string mend) => new(check, CheckState.Fail, found, mend);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckResult))]
internal sealed partial class DoctorJson : JsonSerializerContext;
