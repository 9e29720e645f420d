using System.Text;

namespace TraceeMesh.Contracts.Events;

/// <summary>A text as the bus carries it: UTF-8 bytes inside a frame. Comparing it allocates nothing; <see cref="ToString"/> does.</summary>
/// <remarks>Valid as long as the event it belongs to is being judged.</remarks>
public readonly struct Utf8Text : IEquatable<Utf8Text>
{
    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>A text over <paramref name="bytes"/>.</summary>
    public Utf8Text(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Length in bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _bytes.IsEmpty;

    /// <summary>A copy of a string as text.</summary>
    public static Utf8Text From(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Equality of bytes.</summary>
    public static bool operator ==(Utf8Text left, Utf8Text right) => left.Equals(right);

    /// <summary>Inequality of bytes.</summary>
    public static bool operator !=(Utf8Text left, Utf8Text right) => !left.Equals(right);

    /// <summary>Whether the text is exactly <paramref name="utf8"/>.</summary>
    public bool Is(ReadOnlySpan<byte> utf8) => Bytes.SequenceEqual(utf8);

    /// <summary>Whether the text begins with <paramref name="utf8"/>.</summary>
    public bool StartsWith(ReadOnlySpan<byte> utf8) => Bytes.StartsWith(utf8);

    /// <summary>Whether the text ends with <paramref name="utf8"/>.</summary>
    public bool EndsWith(ReadOnlySpan<byte> utf8) => Bytes.EndsWith(utf8);

    /// <inheritdoc/>
    public bool Equals(Utf8Text other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Utf8Text other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The text as a new string; bytes that are not UTF-8 become U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
