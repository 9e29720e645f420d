using System.Text;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

/// <summary>Protobuf by field numbers, written by hand: what a runtime sends, independent of the messages under test.</summary>
internal static class Wire
{
    private const int LengthDelimited = 2;

    public static byte[] Text(int field, string value) => Message(field, Encoding.UTF8.GetBytes(value));

    public static byte[] Pair(int field, string key, string value) => Message(field, [.. Text(1, key), .. Text(2, value)]);

    public static byte[] Message(int field, params byte[] value) => [.. VarInt((field << 3) | LengthDelimited), .. VarInt(value.Length), .. value];

    private static IEnumerable<byte> VarInt(int value)
    {
        for (; value > 0x7f; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
