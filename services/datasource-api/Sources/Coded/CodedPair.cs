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
    private readonly CodeFence _fence = new(source.Name, CodeFence.Budget);

    /// <inheritdoc/>
    /// <exception cref="SourceCodeException">The code failed, or did not come back.</exception>
    public bool TryWriteKey(MessagePackWriter writer, DataValue key) => TryKey(key, out var own) && _typed.TryWriteKey(writer, own);

    /// <inheritdoc/>
    /// <exception cref="SourceCodeException">The code failed, or did not come back.</exception>
    public bool TryWriteValue(MessagePackWriter writer, DataValue key, DataValue value) =>
        TryKey(key, out var own) && TryValue(own, value, out var answer) && _typed.TryWriteValue(writer, own, answer);

    /// <inheritdoc/>
    public DataValue ToWritten(DataValue stored) => stored;

    /// <summary>Calls of the code that did not come back in time, and those that were not made because of it.</summary>
    public long Late => _fence.Late;

    private bool TryKey(DataValue given, out DataValue key)
    {
        (var taken, key) = _fence.Run(() => (code.TryKey(given, out var own), own));
        return taken && key is { Kind: DataKind.Text or DataKind.Integer or DataKind.Bool or DataKind.Map };
    }

    private bool TryValue(DataValue key, DataValue given, out DataValue answer)
    {
        (var taken, answer) = _fence.Run(() => (code.TryValue(key, given, out var own), own));
        return taken && answer is not null;
    }
}
