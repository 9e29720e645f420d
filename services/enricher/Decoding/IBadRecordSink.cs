using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>Takes note of records that could not be read.</summary>
public interface IBadRecordSink
{
    /// <summary>Called for each; the bytes are valid during the call. Does not throw.</summary>
    /// <param name="offset">Offset of the record in its load.</param>
    /// <param name="status">What is wrong with it.</param>
    /// <param name="bytes">The record, or where its size cannot be trusted all that is left of the frame.</param>
    void BadRecord(long offset, RecordStatus status, ReadOnlySpan<byte> bytes);
}
