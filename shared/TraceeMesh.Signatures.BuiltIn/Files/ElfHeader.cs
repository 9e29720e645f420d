using System.Buffers.Binary;

namespace TraceeMesh.Signatures.BuiltIn.Files;

/// <summary>The first bytes of an ELF file.</summary>
internal static class ElfHeader
{
    private const int EncodingOffset = 5;
    private const int TypeOffset = 16;
    private const byte BigEndian = 2;
    private const ushort Relocatable = 1;

    /// <summary>Whether a file that begins so is an ELF file.</summary>
    public static bool IsElf(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\u007fELF"u8);

    /// <summary>Whether it is one that can be run or loaded: no compiler's object file. Where too little is known it may be.</summary>
    public static bool MayRun(ReadOnlySpan<byte> bytes) => IsElf(bytes) && (bytes.Length < TypeOffset + sizeof(ushort) || TypeOf(bytes) != Relocatable);

    private static ushort TypeOf(ReadOnlySpan<byte> bytes) => bytes[EncodingOffset] == BigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes[TypeOffset..])
        : BinaryPrimitives.ReadUInt16LittleEndian(bytes[TypeOffset..]);
}
