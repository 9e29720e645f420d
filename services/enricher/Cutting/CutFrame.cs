namespace TraceeMesh.Enricher.Cutting;

/// <summary>An encoded event frame, ready to be published.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="LoadId">Its load.</param>
/// <param name="MessageId">By which the stream knows a repetition.</param>
/// <param name="Buffer">Rented from the shared pool; whoever publishes it gives it back.</param>
/// <param name="Length">Bytes of the frame.</param>
/// <param name="FirstOffset">Number of its first event.</param>
/// <param name="EndOffset">Number behind its last event.</param>
/// <param name="TraceParent">The trace of the raw frame it is cut from, where that is sampled.</param>
public readonly record struct CutFrame(int Partition, uint LoadId, string MessageId, byte[] Buffer, int Length, long FirstOffset, long EndOffset, string? TraceParent = null);
