namespace TraceeMesh.Signatures;

/// <summary>A signature cannot work now: it names an event or argument that does not exist, or lacks a data source.</summary>
/// <param name="message">What is missing and what would help.</param>
public sealed class SignatureInitException(string message) : Exception(message);
