namespace TraceeMesh.Signatures;

/// <summary>The bounds of <see cref="ISignatureState"/>.</summary>
/// <example><code>var key = name.Length > StateLimits.KeyBytes ? name[..StateLimits.KeyBytes] : name;</code></example>
public static class StateLimits
{
    /// <summary>Entries of one signature in one partition.</summary>
    public const int Entries = 4096;

    /// <summary>Bytes of all keys and values of one signature in one partition.</summary>
    public const int SignatureBytes = 128 * 1024;

    /// <summary>Bytes of one key in UTF-8.</summary>
    public const int KeyBytes = 256;

    /// <summary>Bytes of one value as it is stored.</summary>
    public const int ValueBytes = 4096;

    /// <summary>The longest time an entry may be kept.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);
}
