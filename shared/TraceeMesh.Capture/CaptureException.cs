namespace TraceeMesh.Capture;

/// <summary>Nothing of a file can be read as a capture; the message says why, and at which offset.</summary>
public sealed class CaptureException(string message, Exception? inner = null) : Exception(message, inner);
