using System.Buffers.Binary;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Dns;

/// <summary>
/// What came of one direction of a TCP connection and is not a whole message yet: messages follow each other, each behind its
/// length. Segments are taken in order; one that is missing costs the messages it was part of.
/// </summary>
internal sealed class DnsFlow
{
    private const int Prefix = sizeof(ushort);

    private byte[] _bytes = new byte[Prefix + DnsLimits.MessageBytes];
    private byte[] _taken = new byte[Prefix + DnsLimits.MessageBytes];
    private ulong _socket;
    private PacketDirection _direction;
    private int _length;
    private int _skip;
    private uint _next;

    /// <summary>Goes on to a segment.</summary>
    /// <param name="body">Its record.</param>
    /// <returns>False where it does not follow the one before: what was begun is lost.</returns>
    public bool TryContinue(in NetPacketDnsBody body)
    {
        var pending = _length > 0 || _skip > 0;
        if (!pending || _socket != body.Socket || _direction != body.Direction || _next != body.Sequence)
        {
            Reset();
            (_socket, _direction) = (body.Socket, body.Direction);
        }

        _next = body.Sequence + body.PayloadSize;
        return !pending || _length > 0 || _skip > 0;
    }

    /// <summary>Forgets what is begun.</summary>
    public void Reset() => (_length, _skip) = (0, 0);

    /// <summary>Cuts the next message off the segment, with what is pending in front of it.</summary>
    /// <param name="segment">The segment; advanced.</param>
    /// <param name="message">The message, in the segment or until another one that lay in several segments is whole.</param>
    /// <param name="isCut">Whether it is longer than what is looked at, and this is its beginning.</param>
    /// <returns>False when the segment is used up.</returns>
    public bool TryTake(scoped ref ReadOnlySpan<byte> segment, out ReadOnlySpan<byte> message, out bool isCut)
    {
        message = default;
        isCut = false;
        var skipped = Math.Min(_skip, segment.Length);
        _skip -= skipped;
        segment = segment[skipped..];
        if (_length == 0 && segment.Length >= Prefix)
        {
            var (whole, wanted) = Measure(segment);
            if (segment.Length >= Prefix + wanted)
            {
                message = segment.Slice(Prefix, wanted);
                segment = segment[(Prefix + wanted)..];
                _skip = whole - wanted;
                isCut = _skip > 0;
                return true;
            }
        }

        return TryTakeSlow(ref segment, out message, out isCut);
    }

    /// <summary>The beginning of a message whose rest cannot come.</summary>
    public ReadOnlySpan<byte> TakeBeginning()
    {
        ReadOnlySpan<byte> beginning = _length > Prefix ? _bytes.AsSpan(Prefix.._length) : default;
        Reset();
        return beginning;
    }

    private bool TryTakeSlow(scoped ref ReadOnlySpan<byte> segment, out ReadOnlySpan<byte> message, out bool isCut)
    {
        message = default;
        isCut = false;
        if (!TryFill(ref segment, Prefix))
        {
            return false;
        }

        var (whole, wanted) = Measure(_bytes);
        if (!TryFill(ref segment, Prefix + wanted))
        {
            return false;
        }

        (_bytes, _taken) = (_taken, _bytes);
        message = _taken.AsSpan(Prefix, wanted);
        _length = 0;
        _skip = whole - wanted;
        isCut = _skip > 0;
        return true;
    }

    private static (int Whole, int Wanted) Measure(ReadOnlySpan<byte> prefix)
    {
        int whole = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        return (whole, Math.Min(whole, DnsLimits.MessageBytes));
    }

    private bool TryFill(ref ReadOnlySpan<byte> segment, int wanted)
    {
        var taken = Math.Clamp(wanted - _length, 0, segment.Length);
        segment[..taken].CopyTo(_bytes.AsSpan(_length));
        segment = segment[taken..];
        _length += taken;
        return _length >= wanted;
    }
}
