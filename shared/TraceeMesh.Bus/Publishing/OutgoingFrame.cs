namespace TraceeMesh.Bus;

/// <summary>A frame on its way into a stream.</summary>
/// <param name="Subject">Where to.</param>
/// <param name="MessageId">By which the stream knows a repetition.</param>
/// <param name="Buffer">An array rented from the shared pool. Enqueuing hands it over; the publisher returns it once the frame is settled.</param>
/// <param name="Length">How many bytes of the buffer are the frame.</param>
/// <param name="FirstOffset">Offset of the first record in it.</param>
/// <param name="EndOffset">Offset after the last record in it.</param>
/// <param name="TraceParent">The trace it belongs to, where it is sampled.</param>
public readonly record struct OutgoingFrame(string Subject, string MessageId, byte[] Buffer, int Length, long FirstOffset, long EndOffset, string? TraceParent = null);
