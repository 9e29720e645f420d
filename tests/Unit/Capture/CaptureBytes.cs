using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using TraceeMesh.Capture;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Tests.Unit.Capture;

/// <summary>Makes captures that nobody would write, with checksums that hold. By docs/capture.md, not by the writer's code.</summary>
internal static class CaptureBytes
{
    private const int Preamble = 16;
    private const int Header = 24;

    public static void SetVersion(byte[] capture, ushort version)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(capture.AsSpan(8), version);
        BinaryPrimitives.WriteUInt32LittleEndian(capture.AsSpan(12), Checksum(capture.AsSpan(0, 12)));
    }

    /// <summary>Makes the checksums hold again, as far as the lengths lead from block to block.</summary>
    public static void SignBlocks(byte[] capture)
    {
        var at = Preamble;
        while (at + Header <= capture.Length)
        {
            var header = capture.AsSpan(at, Header);
            var stored = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
            if (stored < 0 || stored > capture.Length - at - Header)
            {
                return;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum(capture.AsSpan(at + Header, stored)));
            BinaryPrimitives.WriteUInt32LittleEndian(header[20..], Checksum(header[..20]));
            at += Header + stored;
        }
    }

    /// <summary>A capture of one block with this content.</summary>
    public static byte[] OfBlock(byte[] plain)
    {
        var stored = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        BrotliEncoder.TryCompress(plain, stored, out var length, 1, 22);
        var capture = new byte[Preamble + Header + length];
        "TMCAPTUR"u8.CopyTo(capture);
        SetVersion(capture, 1);
        "TMBK"u8.CopyTo(capture.AsSpan(Preamble));
        BinaryPrimitives.WriteInt32LittleEndian(capture.AsSpan(Preamble + 8), length);
        BinaryPrimitives.WriteInt32LittleEndian(capture.AsSpan(Preamble + 12), plain.Length);
        stored.AsSpan(0, length).CopyTo(capture.AsSpan(Preamble + Header));
        SignBlocks(capture);
        return capture;
    }

    /// <summary>The encoding of one entry, taken out of a capture that holds it.</summary>
    public static void Encode(MessagePackWriter writer, CaptureEntry entry)
    {
        var output = new MemoryStream();
        using (var capture = new CaptureWriter(output, SmallCapture.Origin))
        {
            capture.Write(entry);
        }

        // Behind the block of the origin.
        var bytes = output.ToArray();
        var at = Preamble + Header + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Preamble + 8));
        var plain = new byte[BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 12))];
        BrotliDecoder.TryDecompress(bytes.AsSpan(at + Header), plain, out _);
        writer.WriteRaw(plain);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
