namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>A text that somebody gave for a setting.</summary>
/// <param name="Text">The text.</param>
/// <param name="Origin">Where it stands, as a person would look for it.</param>
internal readonly record struct GivenText(string Text, string Origin);
