using System.Text;

namespace TraceeMesh.MessagePack;

/// <summary>The names of the values of rows, in order.</summary>
public sealed class RowNames
{
    private readonly string[] _names;
    private readonly byte[][] _encoded;

    /// <summary>These names.</summary>
    public RowNames(params string[] names)
    {
        _names = names;
        _encoded = Array.ConvertAll(names, Encoding.UTF8.GetBytes);
    }

    /// <summary>How many there are.</summary>
    public int Count => _names.Length;

    /// <summary>One of them.</summary>
    public string this[int index] => _names[index];

    /// <summary>One of them in UTF-8.</summary>
    internal ReadOnlySpan<byte> Encoded(int index) => _encoded[index];
}
