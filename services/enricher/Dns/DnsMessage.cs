using System.Buffers.Binary;

namespace TraceeMesh.Enricher.Dns;

/// <summary>
/// A DNS message in place (RFC 1035, EDNS of RFC 6891). Total: <see cref="TryRead"/> refuses what cannot be read to its end,
/// so that everything behind it can be read without a check. Allocates nothing.
/// </summary>
public readonly ref struct DnsMessage
{
    private const int HeaderBytes = 12;
    private const int QuestionTail = 4;
    private const int RecordTail = 10;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _questions;
    private readonly int _answers;
    private readonly int _authorities;
    private readonly int _additionals;
    private readonly int _answersAt;
    private readonly int _authoritiesAt;
    private readonly int _additionalsAt;

    private DnsMessage(ReadOnlySpan<byte> bytes, Counts counts, int answersAt, int authoritiesAt, int additionalsAt)
    {
        _bytes = bytes;
        (_questions, _answers, _authorities, _additionals) = (counts.Questions, counts.Answers, counts.Authorities, counts.Additionals);
        (_answersAt, _authoritiesAt, _additionalsAt) = (answersAt, authoritiesAt, additionalsAt);
    }

    /// <summary>All of it.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Number that question and answer have in common.</summary>
    public int Id => Word(0);

    /// <summary>Whether it is an answer (QR).</summary>
    public bool IsResponse => (Word(2) & 0x8000) != 0;

    /// <summary>Kind of question; 0 is the usual one.</summary>
    public int OpCode => (Word(2) >> 11) & 0xf;

    /// <summary>AA, TC, RD, RA: one bit each, from the left.</summary>
    public int Flags => (Word(2) >> 7) & 0xf;

    /// <summary>The three bits Z of RFC 1035; two of them have a meaning by now (AD, CD).</summary>
    public int Z => (Word(2) >> 4) & 0x7;

    /// <summary>How the question ended; 0 is well.</summary>
    public int ResponseCode => Word(2) & 0xf;

    /// <summary>Questions as the header counts them.</summary>
    public int QuestionCount => Word(4);

    /// <summary>Answers as the header counts them.</summary>
    public int AnswerCount => Word(6);

    /// <summary>Authorities as the header counts them.</summary>
    public int AuthorityCount => Word(8);

    /// <summary>Additional records as the header counts them.</summary>
    public int AdditionalCount => Word(10);

    /// <summary>The questions.</summary>
    public DnsQuestions Questions => new(_bytes, HeaderBytes, _questions);

    /// <summary>The answers.</summary>
    public DnsRecords Answers => new(_bytes, _answersAt, _answers);

    /// <summary>The authorities.</summary>
    public DnsRecords Authorities => new(_bytes, _authoritiesAt, _authorities);

    /// <summary>The additional records.</summary>
    public DnsRecords Additionals => new(_bytes, _additionalsAt, _additionals);

    /// <summary>Reads a message.</summary>
    /// <param name="bytes">All of it, or its beginning.</param>
    /// <param name="isCut">Whether its end is missing: the records in front of the cut are then all there are.</param>
    /// <param name="message">The message when the status is Ok.</param>
    public static DnsStatus TryRead(ReadOnlySpan<byte> bytes, bool isCut, out DnsMessage message)
    {
        message = default;
        if (bytes.Length < HeaderBytes)
        {
            return DnsStatus.Truncated;
        }

        var header = new DnsMessage(bytes, default, 0, 0, 0);
        var counts = new Counts(header.QuestionCount, header.AnswerCount, header.AuthorityCount, header.AdditionalCount);
        var checksData = header.OpCode == DnsText.Query;
        var at = HeaderBytes;
        var status = SkipQuestions(bytes, isCut, ref at, ref counts.Questions);
        var answersAt = at;
        status = status == DnsStatus.Ok ? SkipRecords(bytes, isCut, checksData, ref at, ref counts.Answers) : status;
        var authoritiesAt = at;
        status = status == DnsStatus.Ok ? SkipRecords(bytes, isCut, checksData, ref at, ref counts.Authorities) : status;
        var additionalsAt = at;
        status = status == DnsStatus.Ok ? SkipRecords(bytes, isCut, checksData, ref at, ref counts.Additionals) : status;
        if (status == DnsStatus.Ok)
        {
            message = new DnsMessage(bytes, counts, answersAt, authoritiesAt, additionalsAt);
        }

        return status;
    }

    /// <summary>Writes a name of the message as text.</summary>
    /// <param name="at">Where it begins.</param>
    /// <param name="text">At least <see cref="DnsLimits.NameText"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int WriteName(int at, Span<byte> text) => DnsName.Write(_bytes, at, text);

    private static DnsStatus SkipQuestions(ReadOnlySpan<byte> bytes, bool isCut, ref int at, ref int count)
    {
        for (var i = 0; i < count; i++)
        {
            var end = at;
            var status = DnsName.TrySkip(bytes, ref end);
            end += QuestionTail;
            if (status == DnsStatus.Ok && end > bytes.Length)
            {
                status = DnsStatus.Truncated;
            }

            if (status != DnsStatus.Ok)
            {
                return EndOfCut(status, isCut, i, ref count);
            }

            at = end;
        }

        return DnsStatus.Ok;
    }

    private static DnsStatus SkipRecords(ReadOnlySpan<byte> bytes, bool isCut, bool checksData, ref int at, ref int count)
    {
        for (var i = 0; i < count; i++)
        {
            var end = at;
            var status = DnsName.TrySkip(bytes, ref end);
            if (status == DnsStatus.Ok)
            {
                status = SkipData(bytes, checksData, ref end);
            }

            if (status != DnsStatus.Ok)
            {
                return EndOfCut(status, isCut, i, ref count);
            }

            at = end;
        }

        return DnsStatus.Ok;
    }

    private static DnsStatus SkipData(ReadOnlySpan<byte> bytes, bool checksData, ref int at)
    {
        if (bytes.Length - at < RecordTail)
        {
            return DnsStatus.Truncated;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + RecordTail - 2)..]);
        at += RecordTail;
        if (bytes.Length - at < length)
        {
            return DnsStatus.Truncated;
        }

        var status = checksData ? DnsData.Check(bytes[..(at + length)], type, at) : DnsStatus.Ok;
        at += length;
        return status;
    }

    private static DnsStatus EndOfCut(DnsStatus status, bool isCut, int read, ref int count)
    {
        if (status != DnsStatus.Truncated || !isCut)
        {
            return status;
        }

        count = read;
        return DnsStatus.Ok;
    }

    private int Word(int at) => BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]);

    private record struct Counts(int Questions, int Answers, int Authorities, int Additionals)
    {
        public int Questions = Questions;
        public int Answers = Answers;
        public int Authorities = Authorities;
        public int Additionals = Additionals;
    }
}
