using System.Text;
using System.Text.Unicode;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>Text of a runtime, cut to what the enricher keeps.</summary>
internal static class BoundedText
{
    private const int MaxReasonLength = 256;

    /// <summary>A value, cut to <see cref="RuntimeLimits.MaxValueBytes"/> at a character's end.</summary>
    public static string Value(string? text)
    {
        if (text is null || text.Length <= RuntimeLimits.MaxValueBytes / 4)
        {
            return text ?? "";
        }

        Span<byte> bytes = stackalloc byte[RuntimeLimits.MaxValueBytes];
        Utf8.FromUtf16(text, bytes, out var read, out var written);
        return read == text.Length ? text : Encoding.UTF8.GetString(bytes[..written]);
    }

    /// <summary>A reason, cut to a line for a log.</summary>
    public static string Reason(string text) =>
        string.Create(Math.Min(text.Length, MaxReasonLength), text, (line, from) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(from[i]) ? ' ' : from[i];
            }
        });
}
