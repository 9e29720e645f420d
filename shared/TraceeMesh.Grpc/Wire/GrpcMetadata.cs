using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.Grpc;

/// <summary>
/// Metadata of a call: names in lower case, each with a text of visible ASCII, or, where the name ends with <c>-bin</c>, with bytes.
/// Names that begin with <c>grpc-</c> are the protocol's own.
/// </summary>
public sealed class GrpcMetadata : IEnumerable<KeyValuePair<string, string>>
{
    private const string BinarySuffix = "-bin";

    private readonly List<KeyValuePair<string, string>> _entries = [];

    /// <summary>How many entries there are.</summary>
    public int Count => _entries.Count;

    /// <summary>Whether values of this name are bytes.</summary>
    public static bool IsBinary(string name) => name.EndsWith(BinarySuffix, StringComparison.Ordinal);

    /// <summary>Adds a text.</summary>
    /// <exception cref="ArgumentException">Name or value cannot travel as a header.</exception>
    public void Add(string name, string value)
    {
        if (IsBinary(name) || !IsName(name) || value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"metadata '{name}': names are lower-case ASCII, values visible ASCII; other values belong into a name that ends with {BinarySuffix}");
        }

        _entries.Add(new(name, value));
    }

    /// <summary>Adds bytes.</summary>
    /// <exception cref="ArgumentException">The name does not end with -bin.</exception>
    public void Add(string name, ReadOnlySpan<byte> value)
    {
        if (!IsBinary(name) || !IsName(name))
        {
            throw new ArgumentException($"metadata '{name}': the name of a binary value is lower-case ASCII and ends with {BinarySuffix}");
        }

        _entries.Add(new(name, Convert.ToBase64String(value).TrimEnd('=')));
    }

    /// <summary>The first text of a name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (var entry in _entries)
        {
            if (entry.Key == name)
            {
                value = entry.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>The bytes of every value of a name that ends with -bin.</summary>
    public IReadOnlyList<byte[]> GetBytes(string name)
    {
        var values = new List<byte[]>();
        foreach (var entry in _entries)
        {
            if (entry.Key == name && TryDecode(entry.Value, out var bytes))
            {
                values.Add(bytes);
            }
        }

        return values;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Takes a header as it came; false where it is binary and no base64. Several binary values may stand in one header, with commas between.</summary>
    internal bool TryAddReceived(string name, string value)
    {
        if (!IsBinary(name))
        {
            _entries.Add(new(name, value));
            return true;
        }

        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryDecode(part, out _))
            {
                return false;
            }

            _entries.Add(new(name, part.TrimEnd('=')));
        }

        return true;
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !name.StartsWith("grpc-", StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    // Base64 travels without padding as well as with it.
    private static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        var trimmed = text.TrimEnd('=');
        bytes = new byte[trimmed.Length * 3 / 4];
        return trimmed.Length % 4 != 1
            && Convert.TryFromBase64String(trimmed.PadRight((trimmed.Length + 3) / 4 * 4, '='), bytes, out var written)
            && written == bytes.Length;
    }
}
