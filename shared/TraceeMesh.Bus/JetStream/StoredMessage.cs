namespace TraceeMesh.Bus;

/// <summary>A message read from a stream by sequence or subject.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Sequence">Its sequence in the stream.</param>
/// <param name="Time">When the stream stored it.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Payload">Its payload, owned by this object.</param>
public sealed record StoredMessage(string Subject, long Sequence, DateTimeOffset Time, BusHeaders Headers, ReadOnlyMemory<byte> Payload);
