using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>What the engine gives a signature.</summary>
/// <example><code>public override void Init(ISignatureContext context) => _state = context.State;</code></example>
public interface ISignatureContext
{
    /// <summary>Where the signature writes for people.</summary>
    /// <example><code>context.Logger.Log(SignatureLogLevel.Info, "threshold read", ("value", 5));</code></example>
    public ISignatureLogger Logger { get; }

    /// <summary>What the signature keeps of the past; may be kept as long as the signature lives.</summary>
    /// <example><code>_state = context.State;</code></example>
    public ISignatureState State { get; }

    /// <summary>What the operator set for this signature in <c>signatures.yaml</c>; when that changes, the signature starts anew.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <returns>Its value; <see cref="DataValue.Nil"/> where nothing is set.</returns>
    /// <example><code>var most = context.Parameter("most") is { Kind: DataKind.Integer } set ? set.Integer : 10;</code></example>
    public DataValue Parameter(string name);

    /// <summary>Finds a data source of the mesh. It may be kept as long as the signature lives.</summary>
    /// <param name="namespace">Such as <c>tracee</c>.</param>
    /// <param name="id">Such as <c>containers</c>.</param>
    /// <param name="source">The source; where there is none, one that answers <c>unavailable</c>.</param>
    /// <returns>Whether the mesh has it now.</returns>
    /// <example><code>if (!context.TryGetDataSource("tracee", "dns", out _dns)) throw new SignatureInitException("dns data source not registered");</code></example>
    public bool TryGetDataSource(string @namespace, string id, out IDataSource source);

    /// <summary>Takes a finding on the event being judged; any other event is refused, counted and logged.</summary>
    /// <param name="e">The event being judged.</param>
    /// <param name="data">What the finding says beside the event itself: names and values.</param>
    /// <example><code>context.Report(e, [("image", image)]);</code></example>
    public void Report(Event e, ReadOnlySpan<(string Name, DataValue Value)> data);
}
