using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

namespace TraceeMesh.Capture;

/// <summary>
/// What a capture's bytes are: a preamble, then blocks, each with checksums of its own, so that whatever happens to one of them
/// costs that one. All integers are little-endian.
/// </summary>
internal static class CaptureBlock
{
    public const ushort Version = 1;
    public const int PreambleBytes = 16;
    public const int HeaderBytes = 24;

    // Slower levels save a tenth and take ten times as long.
    private const int Window = 22;

    public static ReadOnlySpan<byte> FileMark => "TMCAPTUR"u8;

    public static ReadOnlySpan<byte> Mark => "TMBK"u8;

    /// <summary><c>TMCAPTUR</c>, version, zero, checksum of these.</summary>
    public static void WritePreamble(Span<byte> preamble)
    {
        FileMark.CopyTo(preamble);
        BinaryPrimitives.WriteUInt16LittleEndian(preamble[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(preamble[10..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(preamble[12..], Checksum(preamble[..12]));
    }

    /// <summary><c>TMBK</c>, number, stored bytes, plain bytes, checksum of what is stored, checksum of these.</summary>
    public static void WriteHeader(Span<byte> header, uint number, int plain, ReadOnlySpan<byte> stored)
    {
        Mark.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], number);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], stored.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], plain);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum(stored));
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], Checksum(header[..20]));
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int stored, out int plain, out uint checksum)
    {
        stored = plain = 0;
        checksum = 0;
        if (!header.StartsWith(Mark) || BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) != Checksum(header[..20]))
        {
            return false;
        }

        stored = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        plain = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        return stored >= 0 && stored <= MaxStored && plain is > 0 and <= CaptureLimits.BlockBytesMax;
    }

    public static int MaxStored => BrotliEncoder.GetMaxCompressedLength(CaptureLimits.BlockBytesMax);

    public static byte[] Compress(ReadOnlySpan<byte> plain, int quality)
    {
        var stored = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        return BrotliEncoder.TryCompress(plain, stored, out var written, quality, Window)
            ? stored[..written]
            : throw new InvalidOperationException($"{plain.Length} bytes cannot be compressed");
    }

    /// <summary>CRC-32C.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
