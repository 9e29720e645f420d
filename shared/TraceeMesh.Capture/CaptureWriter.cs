using TraceeMesh.MessagePack;

namespace TraceeMesh.Capture;

/// <summary>Writes a capture. What is flushed can be read whatever happens afterwards. Not for several threads.</summary>
public sealed class CaptureWriter : IDisposable
{
    /// <summary>How hard it compresses while it records, 0 to 11.</summary>
    public const int LiveQuality = 4;

    /// <summary>How hard it compresses what is to be kept.</summary>
    public const int KeptQuality = 11;

    private readonly Stream _output;
    private readonly int _quality;
    private readonly MessagePackWriter _plain = new();
    private uint _blocks;

    /// <summary>Begins a capture.</summary>
    /// <param name="output">Where it goes; disposed with the writer.</param>
    /// <param name="origin">Where and when it is made.</param>
    /// <param name="quality">How hard it compresses.</param>
    public CaptureWriter(Stream output, CaptureOrigin origin, int quality = LiveQuality)
    {
        (_output, _quality) = (output, quality);
        Span<byte> preamble = stackalloc byte[CaptureBlock.PreambleBytes];
        CaptureBlock.WritePreamble(preamble);
        _output.Write(preamble);
        Write(origin);
        Flush();
    }

    /// <summary>Frames written so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Bytes written so far, compressed; without what is not flushed.</summary>
    public long Bytes { get; private set; } = CaptureBlock.PreambleBytes;

    /// <summary>Adds an entry.</summary>
    public void Write(CaptureEntry entry)
    {
        Frames += entry is CapturedFrame ? 1 : 0;
        CaptureCodec.Write(_plain, entry);
        if (_plain.Length >= CaptureLimits.BlockBytes)
        {
            Flush();
        }
    }

    /// <summary>Closes the block, so that what was added so far can be read.</summary>
    public void Flush()
    {
        if (_plain.Length == 0)
        {
            return;
        }

        var stored = CaptureBlock.Compress(_plain.WrittenSpan, _quality);
        Span<byte> header = stackalloc byte[CaptureBlock.HeaderBytes];
        CaptureBlock.WriteHeader(header, _blocks++, _plain.Length, stored);
        _output.Write(header);
        _output.Write(stored);
        _output.Flush();
        Bytes += CaptureBlock.HeaderBytes + stored.Length;
        _plain.Reset();
    }

    /// <summary>Says that the recording is whole.</summary>
    /// <param name="missed">Frames that could not be recorded.</param>
    public void End(long missed)
    {
        Write(new CaptureEnd(Frames, missed));
        Flush();
    }

    /// <summary>Flushes, and closes the output. Without <see cref="End"/> the capture says that it was cut.</summary>
    public void Dispose()
    {
        Flush();
        _plain.Dispose();
        _output.Dispose();
    }
}
