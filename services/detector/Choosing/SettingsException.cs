namespace TraceeMesh.Detector.Choosing;

/// <summary><c>signatures.yaml</c> cannot be used.</summary>
/// <param name="message">What is wrong, where, and what would be right.</param>
public sealed class SettingsException(string message) : Exception(message);
