using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>What a source takes: turns keys and values into what is stored.</summary>
public interface IPairTypes
{
    /// <summary>Writes a key; false where the source does not take it, and then nothing is written.</summary>
    public bool TryWriteKey(MessagePackWriter writer, DataValue key);

    /// <summary>Writes a value as the map that a lookup answers; false where the source does not take it, and then nothing is written.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="key">The key that the value is written under, as it was given.</param>
    /// <param name="value">The value, as it was given.</param>
    public bool TryWriteValue(MessagePackWriter writer, DataValue key, DataValue value);

    /// <summary>The stored map as it is written.</summary>
    public DataValue ToWritten(DataValue stored);
}
