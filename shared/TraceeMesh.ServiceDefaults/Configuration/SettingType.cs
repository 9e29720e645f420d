namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>Reads a text as a value.</summary>
/// <returns>What is wrong with the text; null when nothing is.</returns>
internal delegate string? SettingReader<T>(string text, out T? value);

/// <summary>What a setting takes.</summary>
/// <param name="Takes">In words.</param>
/// <param name="Read">Reads it.</param>
internal sealed record SettingType<T>(string Takes, SettingReader<T> Read);
