namespace TraceeMesh.Signatures;

/// <summary>The bounds of <see cref="ISignatureState"/>.</summary>
/// <example><code>var key = name.Length > StateLimits.KeyBytes ? name[..StateLimits.KeyBytes] : name;</code></example>
public static class StateLimits
{
    /// <summary>Entries of one signature in one partition.</summary>
    /// <example><code>if (names > StateLimits.Entries) { /* hash several into one key */ }</code></example>
    public const int Entries = 4096;

    /// <summary>Bytes of all keys and values of one signature in one partition.</summary>
    /// <example><code>StateLimits.SignatureBytes / StateLimits.Entries // 32 bytes each, when there are that many</code></example>
    public const int SignatureBytes = 128 * 1024;

    /// <summary>Bytes of one key in UTF-8.</summary>
    /// <example><code>var key = path.Length > StateLimits.KeyBytes ? Hash.Of(path.Bytes).ToString("x") : path.ToString();</code></example>
    public const int KeyBytes = 256;

    /// <summary>Bytes of one value as it is stored.</summary>
    /// <example><code>if (StateLimits.ValueBytes > 2 * path.Length) _state.Set(e, "path", path, StateLimits.TimeToLive);</code></example>
    public const int ValueBytes = 4096;

    /// <summary>The longest time an entry may be kept.</summary>
    /// <example><code>_state.Set(e, "first", 1, StateLimits.TimeToLive);</code></example>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);
}
