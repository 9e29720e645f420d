using TraceeMesh.Contracts;

namespace TraceeMesh.Signatures.Sources;

/// <summary>
/// A data source coded in C#: it says what it is called and what it takes; datasource-api stores what is written into it, in the same
/// log and with the same revisions as that of a declared source, and answers lookups in every replica.
/// </summary>
/// <remarks>
/// A public class with a constructor without parameters, in an assembly of the plug-in directory of datasource-api. Its methods are called
/// one at a time, in every replica, again after a restart: what they say follows from what they are given and from nothing else, and
/// at once.
/// </remarks>
/// <example><code>public sealed class Reputation : IWritableDataSource { ... }</code></example>
public interface IWritableDataSource
{
    /// <summary>Its namespace; any but <c>tracee</c>.</summary>
    /// <example><code>public string Namespace => "acme";</code></example>
    public string Namespace { get; }

    /// <summary>Its name inside the namespace.</summary>
    /// <example><code>public string Id => "reputation";</code></example>
    public string Id { get; }

    /// <summary>Raised when its answers change in a way that breaks readers.</summary>
    /// <example><code>public int Version => 2;</code></example>
    public int Version => 1;

    /// <summary>What it is, in a sentence.</summary>
    /// <example><code>public string Description => "What is thought of addresses";</code></example>
    public string Description => "";

    /// <summary>The kinds of key it takes, for people: <c>string</c>, <c>int</c>, <c>bool</c>, <c>map</c>.</summary>
    /// <example><code>public IReadOnlyList&lt;string&gt; Keys => ["string"];</code></example>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The names and types of its answers: <c>string</c>, <c>int</c>, <c>float</c>, <c>bool</c>, <c>any</c>.</summary>
    /// <example><code>public IReadOnlyDictionary&lt;string, string&gt; Schema { get; } = new Dictionary&lt;string, string&gt; { ["status"] = "string" };</code></example>
    public IReadOnlyDictionary<string, string> Schema { get; }

    /// <summary>Keys it holds at most.</summary>
    /// <example><code>public int Capacity => 10_000;</code></example>
    public int Capacity => 1_000_000;

    /// <summary>Whether a full source makes room by dropping what was not written for the longest time; else it refuses a further key.</summary>
    /// <example><code>public bool Evicts => true;</code></example>
    public bool Evicts => false;

    /// <summary>How long an entry lives after its last write; zero: for ever.</summary>
    /// <example><code>public TimeSpan TimeToLive => TimeSpan.FromHours(1);</code></example>
    public TimeSpan TimeToLive => TimeSpan.Zero;

    /// <summary>Takes a key that somebody writes or asks for.</summary>
    /// <param name="given">The key as it came: a client of Tracee's service sends every number as a double.</param>
    /// <param name="key">The key as it is stored and compared: a text, an integer, a bool or a map of at most 4 KiB.</param>
    /// <returns>False where the source does not take it.</returns>
    /// <example><code>public bool TryKey(DataValue given, out DataValue key) { key = DataValue.Of(given.Text.ToLowerInvariant()); return key.Text.Length > 0; }</code></example>
    public bool TryKey(DataValue given, out DataValue key);

    /// <summary>Takes a value that somebody writes.</summary>
    /// <param name="key">The key, as <see cref="TryKey"/> made it.</param>
    /// <param name="given">The value as it came: a client of Tracee's service sends every number as a double.</param>
    /// <param name="answer">What a lookup of the key answers from then on: a map with names and types of the schema, of at most 128 KiB.</param>
    /// <returns>False where the source does not take it.</returns>
    /// <example><code>public bool TryValue(DataValue key, DataValue given, out DataValue answer) { answer = DataValue.MapOf(("status", given)); return given.Text is "allow" or "deny"; }</code></example>
    public bool TryValue(DataValue key, DataValue given, out DataValue answer);
}
