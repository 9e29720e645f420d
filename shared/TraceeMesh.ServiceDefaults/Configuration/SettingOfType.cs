using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>A setting whose value is of one type.</summary>
/// <typeparam name="T">The type.</typeparam>
public sealed class Setting<T> : Setting
{
    private readonly SettingType<T> _type;

    internal Setting(string key, SettingType<T> type, string meaning, params IReadOnlyList<string> programs)
        : base(key, meaning, programs)
    {
        _type = type;
    }

    /// <inheritdoc/>
    public override string Takes => _type.Takes;

    /// <inheritdoc/>
    internal override bool TryRead(string text, out object? value, [NotNullWhen(false)] out string? problem)
    {
        problem = _type.Read(text, out var read);
        value = read;
        return problem is null;
    }
}
