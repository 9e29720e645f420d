namespace TraceeMesh.Detector.Findings;

/// <summary>A finding ready to be stored.</summary>
/// <param name="Subject">Where it goes.</param>
/// <param name="Id">Its id, by which the stream knows a repeat.</param>
/// <param name="Payload">Its JSON.</param>
public sealed record Finding(string Subject, string Id, byte[] Payload);
