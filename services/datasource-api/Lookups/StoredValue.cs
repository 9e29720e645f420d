using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Lookups;

/// <summary>Keys and values as they are stored.</summary>
internal static class StoredValue
{
    /// <summary>Decodes what <see cref="Sources.TypedPair"/> encoded.</summary>
    public static DataValue Read(ReadOnlySpan<byte> encoded)
    {
        var reader = new MessagePackReader(encoded);
        return DataValueCodec.TryRead(ref reader, out var value) ? value : throw new InvalidDataException("what is stored is no value");
    }
}
