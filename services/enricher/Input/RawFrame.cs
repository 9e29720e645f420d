using System.Diagnostics;
using TraceeMesh.Contracts.Frames;

namespace TraceeMesh.Enricher.Input;

/// <summary>A raw frame whose header could be read. Dispose it to give its buffer back.</summary>
/// <param name="header">Its header.</param>
/// <param name="records">Its records.</param>
/// <param name="owner">Holds the buffer of the records.</param>
/// <param name="gap">Why frames before it are missing, where the stream shows it; one of <see cref="Contracts.Ledger.LossReasons"/>.</param>
public sealed class RawFrame(RawFrameHeader header, ReadOnlyMemory<byte> records, IDisposable? owner = null, string? gap = null) : IDisposable
{
    /// <summary>Its header.</summary>
    public RawFrameHeader Header { get; } = header;

    /// <summary>Its records, valid until disposed.</summary>
    public ReadOnlyMemory<byte> Records { get; } = records;

    /// <summary>Why frames before it are missing, or null.</summary>
    public string? Gap { get; } = gap;

    /// <summary>What it is to whoever follows it, from its arrival until it is disposed; null where it is not sampled.</summary>
    public Activity? Span { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Span?.Dispose();
        owner?.Dispose();
    }
}
