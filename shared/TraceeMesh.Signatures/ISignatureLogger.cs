using TraceeMesh.Contracts;

namespace TraceeMesh.Signatures;

/// <summary>How much a log line matters.</summary>
/// <example><code>context.Logger.Log(SignatureLogLevel.Warn, "no threshold is set");</code></example>
public enum SignatureLogLevel
{
    /// <summary>For the author of the signature.</summary>
    Debug,

    /// <summary>Normal and worth knowing.</summary>
    Info,

    /// <summary>Not normal; the signature goes on.</summary>
    Warn,

    /// <summary>Something failed.</summary>
    Error,
}

/// <summary>Where a signature writes for people. Lines carry the signature's id; their rate is the author's care.</summary>
/// <example><code>private ISignatureLogger _log = null!; // from context.Logger in Init</code></example>
public interface ISignatureLogger
{
    /// <summary>Writes a line.</summary>
    /// <example><code>_log.Log(SignatureLogLevel.Debug, "asked", ("container", e.Container.Id));</code></example>
    /// <param name="level">How much it matters.</param>
    /// <param name="message">What happened.</param>
    /// <param name="fields">Names and values that belong to it.</param>
    public void Log(SignatureLogLevel level, string message, params ReadOnlySpan<(string Name, DataValue Value)> fields);
}
