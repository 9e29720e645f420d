using System.Buffers.Binary;

namespace TraceeMesh.Enricher.Dns;

/// <summary>A question of a message.</summary>
/// <param name="NameAt">Where its name begins.</param>
/// <param name="Type">What is asked for, see <see cref="DnsText"/>.</param>
/// <param name="Class">1 is the internet.</param>
public readonly record struct DnsQuestion(int NameAt, int Type, int Class);

/// <summary>The questions of a message that was read, for <c>foreach</c>.</summary>
public ref struct DnsQuestions
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _left;

    internal DnsQuestions(ReadOnlySpan<byte> bytes, int at, int count)
    {
        _bytes = bytes;
        _at = at;
        _left = count;
    }

    /// <summary>How many are left.</summary>
    public readonly int Count => _left;

    /// <summary>The question reached.</summary>
    public DnsQuestion Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly DnsQuestions GetEnumerator() => this;

    /// <summary>Goes to the next one.</summary>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        var name = _at;
        _ = DnsName.TrySkip(_bytes, ref _at);
        Current = new DnsQuestion(name, BinaryPrimitives.ReadUInt16BigEndian(_bytes[_at..]), BinaryPrimitives.ReadUInt16BigEndian(_bytes[(_at + 2)..]));
        _at += 4;
        return true;
    }
}
