using System.Buffers.Text;
using System.Globalization;
using TraceeMesh.DataSourceApi.Entries;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>Where a page of entries ended.</summary>
/// <param name="Revision">Revision of its last entry.</param>
/// <param name="Hash">Hash of that entry's key.</param>
/// <param name="Key">The key; null where it is too long to travel in a page token.</param>
public readonly record struct PageEnd(long Revision, ulong Hash, byte[]? Key)
{
    private const int MaxKeyBytes = 2048;

    /// <summary>A hash that is the same in every replica.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> key) => Contracts.Hash.Of(key);

    /// <summary>The token of a page that ends with an entry.</summary>
    public static string TokenOf(Entry last) =>
        $"{last.Revision}.{HashOf(last.Key):x}.{(last.Key.Length <= MaxKeyBytes ? Base64Url.EncodeToString(last.Key) : "")}";

    /// <summary>Reads a token; null for an empty one. False where it is none of ours.</summary>
    public static bool TryParse(string token, out PageEnd? end)
    {
        end = null;
        if (token.Length == 0)
        {
            return true;
        }

        var parts = token.Split('.');
        if (parts.Length != 3
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            || !ulong.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            || !Base64Url.IsValid(parts[2]))
        {
            return false;
        }

        end = new PageEnd(revision, hash, parts[2].Length == 0 ? null : Base64Url.DecodeFromChars(parts[2]));
        return true;
    }
}
