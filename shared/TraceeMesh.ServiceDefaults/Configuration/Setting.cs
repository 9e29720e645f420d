using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>One thing a service can be told: its names, its bounds, what it means. <see cref="MeshSettings"/> is the table.</summary>
public abstract class Setting
{
    /// <summary>What every variable begins with.</summary>
    public const string VariablePrefix = "TRACEEMESH_";

    private protected Setting(string key, string meaning, IReadOnlyList<string> programs)
    {
        (Key, Meaning, Programs) = (key, meaning, programs);
    }

    /// <summary>Its name in a file, snake_case.</summary>
    public string Key { get; }

    /// <summary>What it is for.</summary>
    public string Meaning { get; }

    /// <summary>The programs that read it.</summary>
    public IReadOnlyList<string> Programs { get; }

    /// <summary>Its name in the environment.</summary>
    public string Variable => VariablePrefix + Key.ToUpperInvariant();

    /// <summary>Its flag on the command line.</summary>
    public string Flag => $"--{Key.Replace('_', '-')}";

    /// <summary>A shorter flag that means the same; null when there is none.</summary>
    public string? ShortFlag { get; init; }

    /// <summary>A variable of another house's that means the same and yields to <see cref="Variable"/>; null when there is none.</summary>
    public string? ForeignVariable { get; init; }

    /// <summary>The value where none is given, as text; null when it has none.</summary>
    public string? Default { get; init; }

    /// <summary>What happens where none is given and there is no <see cref="Default"/>.</summary>
    public string? DefaultMeaning { get; init; }

    /// <summary>Whether an empty text is a value (it switches something off) and not the absence of one.</summary>
    public bool TakesNothing { get; init; }

    /// <summary>Whether the text may hold a password, which no message repeats.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Which texts it takes, in words.</summary>
    public abstract string Takes { get; }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The value.</param>
    /// <param name="problem">What is wrong with the text.</param>
    internal abstract bool TryRead(string text, out object? value, [NotNullWhen(false)] out string? problem);
}
