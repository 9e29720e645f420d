using System.Buffers.Binary;

namespace TraceeMesh.Enricher.Dns;

/// <summary>A record of a message.</summary>
/// <param name="NameAt">Where the name of its owner begins.</param>
/// <param name="Type">What it holds, see <see cref="DnsText"/>.</param>
/// <param name="Class">1 is the internet.</param>
/// <param name="TimeToLive">Seconds.</param>
/// <param name="DataAt">Where its data begins.</param>
/// <param name="DataLength">Bytes of its data.</param>
public readonly record struct DnsRecord(int NameAt, int Type, int Class, uint TimeToLive, int DataAt, int DataLength);

/// <summary>The records of one section of a message that was read, for <c>foreach</c>.</summary>
public ref struct DnsRecords
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;
    private int _left;

    internal DnsRecords(ReadOnlySpan<byte> bytes, int at, int count)
    {
        _bytes = bytes;
        _at = at;
        _left = count;
    }

    /// <summary>How many are left.</summary>
    public readonly int Count => _left;

    /// <summary>The record reached.</summary>
    public DnsRecord Current { get; private set; }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly DnsRecords GetEnumerator() => this;

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
        var fixedPart = _bytes[_at..];
        var length = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
        _at += 10;
        Current = new DnsRecord(
            name,
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart),
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]),
            _at,
            length);
        _at += length;
        return true;
    }
}
