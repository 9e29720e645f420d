using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace TraceeMesh.Capture;

/// <summary>
/// Reads a capture, entry by entry. Total: a block that cannot be read is told of in <see cref="Damages"/> and passed over, and
/// reading goes on at the next one whose header is whole.
/// </summary>
public sealed class CaptureReader
{
    private readonly Stream _input;
    private readonly List<CaptureDamage> _damages = [];
    private ReadOnlyMemory<byte> _block;
    private long _blockOffset;
    private long _at;
    private bool _atEnd;

    /// <summary>Opens a capture.</summary>
    /// <param name="input">The bytes, from their beginning; seekable.</param>
    /// <exception cref="CaptureException">It is none, or of another version.</exception>
    public CaptureReader(Stream input)
    {
        _input = input;
        Span<byte> preamble = stackalloc byte[CaptureBlock.PreambleBytes];
        var read = ReadAt(0, preamble);
        if (read == 0)
        {
            throw new CaptureException("the file is empty (offset 0)");
        }

        if (!preamble[..read].StartsWith(CaptureBlock.FileMark[..Math.Min(read, CaptureBlock.FileMark.Length)]))
        {
            throw new CaptureException("it is not a capture: it does not begin with TMCAPTUR (offset 0)");
        }

        if (read < preamble.Length)
        {
            throw new CaptureException($"it is cut at offset {read}, within its preamble of {preamble.Length} bytes");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(preamble[8..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(preamble[12..]) != CaptureBlock.Checksum(preamble[..12]))
        {
            // The blocks have checksums of their own; if this is a version from the future, they tell.
            Damage(8, "the preamble does not match its checksum");
        }
        else if (version != CaptureBlock.Version)
        {
            throw new CaptureException($"it has version {version} (offset 8), this program reads {CaptureBlock.Version}: use the tmesh that recorded it, or a newer one");
        }

        _at = preamble.Length;
    }

    /// <summary>The places that could not be read so far.</summary>
    public IReadOnlyList<CaptureDamage> Damages => _damages;

    /// <summary>How many there are, beyond <see cref="CaptureLimits.Damages"/> too.</summary>
    public long DamageCount { get; private set; }

    /// <summary>Whether the entry that ends a recording was read.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Reads the next entry.</summary>
    /// <param name="entry">The entry. A frame's bytes stay valid.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead([NotNullWhen(true)] out CaptureEntry? entry)
    {
        while (true)
        {
            while (_block.Length > 0)
            {
                if (!CaptureCodec.TryRead(_block, out entry, out var length))
                {
                    _block = default;
                    if (_atEnd)
                    {
                        break;
                    }

                    Damage(_blockOffset, "an entry of this block cannot be read; the rest of the block is passed over");
                    break;
                }

                _block = _block[length..];
                if (entry is not null)
                {
                    // Read from a block that is cut, an end says nothing.
                    IsWhole |= entry is CaptureEnd && !_atEnd;
                    return true;
                }
            }

            if (!TryReadBlock())
            {
                entry = null;
                return false;
            }
        }
    }

    private bool TryReadBlock()
    {
        Span<byte> header = stackalloc byte[CaptureBlock.HeaderBytes];
        while (!_atEnd)
        {
            _blockOffset = _at;
            var read = ReadAt(_at, header);
            if (read < header.Length)
            {
                if (read > 0)
                {
                    Damage(_at, $"the file ends within the header of a block: it is cut at offset {_at + read}");
                }

                _atEnd = true;
                return false;
            }

            if (!CaptureBlock.TryReadHeader(header, out var storedBytes, out var plainBytes, out var checksum))
            {
                Damage(_at, "the header of a block does not match its checksum");
                SeekNextHeader();
                continue;
            }

            var stored = new byte[Math.Min(storedBytes, Math.Max(0, _input.Length - _at - header.Length))];
            var got = ReadAt(_at + header.Length, stored);
            if (got < storedBytes)
            {
                Damage(_at, $"the file ends within a block: it is cut at offset {_at + header.Length + got}");
                _atEnd = true;
                return TryReadBeginning(stored.AsSpan(0, got), plainBytes);
            }

            _at += header.Length + storedBytes;
            if (CaptureBlock.Checksum(stored) != checksum)
            {
                Damage(_blockOffset, "a block does not match its checksum; it is passed over");
                continue;
            }

            var plain = new byte[plainBytes];
            if (!BrotliDecoder.TryDecompress(stored, plain, out var written) || written != plainBytes)
            {
                Damage(_blockOffset, "a block cannot be decompressed; it is passed over");
                continue;
            }

            _block = plain;
            return true;
        }

        return false;
    }

    // Of a block that is cut, what was written before the cut: no checksum can hold, and every entry is read with a status anyway.
    private bool TryReadBeginning(ReadOnlySpan<byte> stored, int plainBytes)
    {
        var plain = new byte[plainBytes];
        using var decoder = default(BrotliDecoder);
        decoder.Decompress(stored, plain, out _, out var written);
        _block = plain.AsMemory(0, written);
        return written > 0;
    }

    // A header that is whole says where the next one is; after one that is not, the mark tells.
    private void SeekNextHeader()
    {
        var window = new byte[64 * 1024];
        Span<byte> header = stackalloc byte[CaptureBlock.HeaderBytes];
        var from = _at + 1;
        while (true)
        {
            var read = ReadAt(from, window);
            if (read < CaptureBlock.HeaderBytes)
            {
                _atEnd = true;
                return;
            }

            var place = window.AsSpan(0, read).IndexOf(CaptureBlock.Mark);
            if (place < 0)
            {
                from += read - CaptureBlock.Mark.Length + 1;
                continue;
            }

            from += place;
            if (ReadAt(from, header) == header.Length && CaptureBlock.TryReadHeader(header, out _, out _, out _))
            {
                _at = from;
                return;
            }

            from++;
        }
    }

    private int ReadAt(long offset, Span<byte> buffer)
    {
        _input.Position = offset;
        return _input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }

    private void Damage(long offset, string reason)
    {
        DamageCount++;
        if (_damages.Count < CaptureLimits.Damages)
        {
            _damages.Add(new CaptureDamage(offset, reason));
        }
    }
}
