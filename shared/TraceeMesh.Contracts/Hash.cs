using System.Buffers.Binary;

namespace TraceeMesh.Contracts;

/// <summary>
/// The one non-cryptographic hash of the wire: partitions and entity ids are made from it, so its values never change.
/// FNV-1a over 8-byte words with the 64-bit finalizer of MurmurHash3.
/// </summary>
public static class Hash
{
    /// <summary>Hash of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = 0xcbf29ce484222325)
    {
        var hash = seed ^ (ulong)bytes.Length;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Mix((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * 0x100000001b3);
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 0x100000001b3;
        }

        return Mix(hash);
    }

    /// <summary>The finalizer: every bit of the input reaches every bit of the output.</summary>
    public static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xff51afd7ed558ccd;
        value ^= value >> 33;
        value *= 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }
}
