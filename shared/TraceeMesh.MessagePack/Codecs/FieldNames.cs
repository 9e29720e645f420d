using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.MessagePack;

/// <summary>Names as strings. Those of fields come again and again: one is made anew only where another has taken its place.</summary>
internal static class FieldNames
{
    private const int Slots = 512;
    private const int MaxBytes = 64;

    private static readonly string?[] Seen = new string?[Slots];

    /// <summary>The name as a string.</summary>
    /// <param name="name">UTF-8.</param>
    public static string Of(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxBytes)
        {
            return Encoding.UTF8.GetString(name);
        }

        ref var slot = ref Seen[(int)(Hash.Of(name) % Slots)];
        return slot is { } seen && Ascii.Equals(name, seen) ? seen : slot = Encoding.UTF8.GetString(name);
    }
}
