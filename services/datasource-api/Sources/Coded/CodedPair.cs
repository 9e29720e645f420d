using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures.Sources;

namespace TraceeMesh.DataSourceApi.Sources.Coded;

/// <summary>What a coded source takes: its code says, and what it says is held to its own schema and to the limits of every source.</summary>
/// <param name="source">The source.</param>
/// <param name="code">Its code.</param>
public sealed class CodedPair(SourceDefinition source, IWritableDataSource code) : IPairTypes
{
    private readonly TypedPair _typed = new(source);

    /// <inheritdoc/>
    /// <exception cref="SourceCodeException">The code failed.</exception>
    public bool TryWriteKey(MessagePackWriter writer, DataValue key) => TryKey(key, out var own) && _typed.TryWriteKey(writer, own);

    /// <inheritdoc/>
    /// <exception cref="SourceCodeException">The code failed.</exception>
    public bool TryWriteValue(MessagePackWriter writer, DataValue key, DataValue value) =>
        TryKey(key, out var own) && TryValue(own, value, out var answer) && _typed.TryWriteValue(writer, own, answer);

    /// <inheritdoc/>
    public DataValue ToWritten(DataValue stored) => stored;

    private bool TryKey(DataValue given, out DataValue key)
    {
        try
        {
            return code.TryKey(given, out key) && key is { Kind: DataKind.Text or DataKind.Integer or DataKind.Bool or DataKind.Map };
        }
        catch (Exception e)
        {
            throw new SourceCodeException(source.Name, e);
        }
    }

    private bool TryValue(DataValue key, DataValue given, out DataValue answer)
    {
        try
        {
            return code.TryValue(key, given, out answer) && answer is not null;
        }
        catch (Exception e)
        {
            throw new SourceCodeException(source.Name, e);
        }
    }
}
