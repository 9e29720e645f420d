namespace TraceeMesh.Enricher.Deriving;

/// <summary>A derived event as JSON, ready to be published.</summary>
/// <param name="EventName">Its name.</param>
/// <param name="MessageId">By which the stream knows a repetition: identity of the record it is derived from, kind, and container.</param>
/// <param name="Buffer">Rented from the shared pool; whoever publishes it gives it back.</param>
/// <param name="Length">Bytes of it.</param>
public readonly record struct LifecycleMessage(string EventName, string MessageId, byte[] Buffer, int Length);
