namespace TraceeMesh.Collector.Framing;

/// <summary>A closed frame that may not be stored yet. Its records are in the ring, unless the collector made them itself.</summary>
/// <param name="MessageId">By which the stream knows it.</param>
/// <param name="FirstOffset">Offset of its first record.</param>
/// <param name="EndOffset">Offset behind its last record.</param>
/// <param name="RingStart">Where in the ring its records begin.</param>
/// <param name="RingEnd">Where they end.</param>
/// <param name="RecordBytes">Bytes of its records.</param>
/// <param name="Encoded">The frame, or where its records are in the ring the part before them; valid until the entry is released.</param>
/// <param name="End">The journal's position behind the entry.</param>
internal readonly record struct JournalEntry(string MessageId, long FirstOffset, long EndOffset, long RingStart, long RingEnd, int RecordBytes, ReadOnlyMemory<byte> Encoded, long End);
