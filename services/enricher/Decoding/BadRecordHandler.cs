using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>Takes note of a record that could not be read. Does not throw.</summary>
/// <param name="offset">Offset of the record in its load.</param>
/// <param name="status">What is wrong with it.</param>
/// <param name="bytes">The record, or where its size cannot be trusted all that is left of the frame; valid during the call.</param>
public delegate void BadRecordHandler(long offset, RecordStatus status, ReadOnlySpan<byte> bytes);
