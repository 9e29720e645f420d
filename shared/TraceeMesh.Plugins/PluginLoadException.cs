namespace TraceeMesh.Plugins;

/// <summary>An assembly of a plug-in cannot be loaded.</summary>
/// <param name="message">Why, as a sentence about the assembly.</param>
public sealed class PluginLoadException(string message) : Exception(message);
