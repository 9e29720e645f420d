namespace TraceeMesh.Signatures;

/// <summary>A signature cannot work now: it names an event or argument that does not exist, or lacks a data source.</summary>
/// <param name="message">What is missing and what would help.</param>
/// <example><code>throw new SignatureInitException("containers data source version not supported, please update this signature");</code></example>
public sealed class SignatureInitException(string message) : Exception(message);
