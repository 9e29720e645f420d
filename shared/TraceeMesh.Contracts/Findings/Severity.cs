namespace TraceeMesh.Contracts.Findings;

/// <summary>How bad a finding is; the numbers are Tracee's.</summary>
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    Info = 0,

    /// <summary>Low.</summary>
    Low = 1,

    /// <summary>Medium.</summary>
    Medium = 2,

    /// <summary>High.</summary>
    High = 3,

    /// <summary>Critical.</summary>
    Critical = 4,
}

/// <summary>Names of severities in subjects and on screens.</summary>
public static class Severities
{
    private static readonly string[] Names = ["info", "low", "medium", "high", "critical"];

    /// <summary>All names, least first.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name.</summary>
    public static string Name(this Severity severity) => Names[Math.Clamp((int)severity, 0, Names.Length - 1)];
}
