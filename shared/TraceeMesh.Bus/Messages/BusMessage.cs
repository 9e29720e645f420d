using System.Buffers;
using System.Text;

namespace TraceeMesh.Bus;

/// <summary>
/// A received message in a pooled buffer. Its payload is valid until <see cref="Dispose"/>, which gives the buffer back;
/// a message never disposed costs the pool a buffer and nothing else.
/// </summary>
public sealed unsafe class BusMessage : IDisposable
{
    private readonly BusConnection _connection;
    private readonly int _subjectLength;
    private readonly int _replyLength;
    private readonly int _payloadLength;
    private byte[]? _buffer; // subject NUL reply NUL payload
    private string? _subject;

    internal BusMessage(BusConnection connection, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> reply, ReadOnlySpan<byte> payload, BusHeaders headers)
    {
        _connection = connection;
        _subjectLength = subject.Length;
        _replyLength = reply.Length;
        _payloadLength = payload.Length;
        Headers = headers;
        _buffer = ArrayPool<byte>.Shared.Rent(PayloadStart + payload.Length);
        subject.CopyTo(_buffer);
        _buffer[_subjectLength] = 0;
        reply.CopyTo(_buffer.AsSpan(ReplyStart));
        _buffer[ReplyStart + _replyLength] = 0;
        payload.CopyTo(_buffer.AsSpan(PayloadStart));
    }

    /// <summary>The subject.</summary>
    public string Subject => _subject ??= Encoding.ASCII.GetString(SubjectBytes);

    /// <summary>The subject's bytes, valid until disposed.</summary>
    public ReadOnlySpan<byte> SubjectBytes => Buffer.AsSpan(0, _subjectLength);

    /// <summary>The bytes of the subject a reply goes to; empty when none is wanted. Valid until disposed.</summary>
    public ReadOnlySpan<byte> ReplyBytes => Buffer.AsSpan(ReplyStart, _replyLength);

    /// <summary>The headers; they outlive the message.</summary>
    public BusHeaders Headers { get; }

    /// <summary>The payload, valid until disposed.</summary>
    public ReadOnlySpan<byte> Payload => Buffer.AsSpan(PayloadStart, _payloadLength);

    /// <summary>The payload, valid until disposed.</summary>
    public ReadOnlyMemory<byte> PayloadMemory => Buffer.AsMemory(PayloadStart, _payloadLength);

    internal int Size => PayloadStart + _payloadLength;

    private int ReplyStart => _subjectLength + 1;

    private int PayloadStart => _subjectLength + _replyLength + 2;

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(BusMessage));

    /// <summary>Answers to the reply subject.</summary>
    /// <param name="payload">The answer.</param>
    /// <param name="headers">Its headers.</param>
    /// <returns><see cref="PublishStatus.InvalidSubject"/> when no reply is wanted.</returns>
    public PublishStatus Respond(ReadOnlySpan<byte> payload, BusHeaders headers = default)
    {
        fixed (byte* buffer = Buffer)
        {
            return _connection.PublishEncoded(buffer + ReplyStart, payload, headers, null);
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
