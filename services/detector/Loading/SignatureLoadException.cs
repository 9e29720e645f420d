namespace TraceeMesh.Detector.Loading;

/// <summary>An assembly of signatures cannot be loaded.</summary>
/// <param name="message">Why, as a sentence about the assembly.</param>
public sealed class SignatureLoadException(string message) : Exception(message);
