using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace TraceeMesh.Bus;

/// <summary>A message as the delivery thread hands it to a callback: no copy, nothing of it outlives the call.</summary>
public readonly unsafe ref struct IncomingMessage
{
    private readonly nint _message;
    private readonly BusConnection _connection;

    internal IncomingMessage(nint message, BusConnection connection)
    {
        _message = message;
        _connection = connection;
    }

    /// <summary>The subject, as a new string.</summary>
    public string Subject => Encoding.ASCII.GetString(SubjectBytes);

    /// <summary>The subject's bytes.</summary>
    public ReadOnlySpan<byte> SubjectBytes => LibNats.Bytes(LibNats.MessageSubject(_message));

    /// <summary>The bytes of the subject a reply goes to; empty when none is wanted.</summary>
    public ReadOnlySpan<byte> ReplyBytes => LibNats.Bytes(LibNats.MessageReply(_message));

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload => new(LibNats.MessageData(_message), LibNats.MessageDataLength(_message));

    /// <summary>Whether this is the server's answer that nobody serves the subject of a request.</summary>
    public bool IsNoResponders => LibNats.MessageIsNoResponders(_message) != 0;

    /// <summary>The value of a header.</summary>
    /// <param name="name">Its name; case matters.</param>
    /// <param name="value">The first value.</param>
    public bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        Span<byte> encoded = stackalloc byte[LibNats.MaxSubjectLength];
        byte* text;
        if (LibNats.TryEncodeSubject(name, encoded))
        {
            fixed (byte* pointer = encoded)
            {
                if (LibNats.HeaderGet(_message, pointer, &text) == NatsStatus.Ok)
                {
                    value = HeaderText.From(LibNats.Bytes(text));
                    return true;
                }
            }
        }

        value = null;
        return false;
    }

    /// <summary>Answers to the reply subject.</summary>
    /// <param name="payload">The answer.</param>
    /// <param name="headers">Its headers.</param>
    /// <returns><see cref="PublishStatus.InvalidSubject"/> when no reply is wanted.</returns>
    public PublishStatus Respond(ReadOnlySpan<byte> payload, BusHeaders headers = default) => _connection.PublishEncoded(LibNats.MessageReply(_message), payload, headers, null);

    /// <summary>A copy that outlives the callback; dispose it to give its buffer back.</summary>
    public BusMessage ToMessage() => new(_connection, SubjectBytes, ReplyBytes, Payload, ReadHeaders());

    private BusHeaders ReadHeaders()
    {
        byte** names = null;
        int count;
        var status = LibNats.HeaderNames(_message, &names, &count);
        if (status != NatsStatus.Ok)
        {
            if (status != NatsStatus.NotFound)
            {
                _connection.CountMalformedHeaders();
            }

            return default;
        }

        try
        {
            var headers = new BusHeader[Math.Min(count, BusHeaders.MaxCount)];
            for (var i = 0; i < headers.Length; i++)
            {
                byte* value = null;
                var found = LibNats.HeaderGet(_message, names[i], &value) == NatsStatus.Ok && value != null;
                headers[i] = new BusHeader(HeaderText.From(LibNats.Bytes(names[i])), found ? HeaderText.From(LibNats.Bytes(value)) : "");
            }

            return new BusHeaders(headers);
        }
        finally
        {
            NativeMemory.Free(names);
        }
    }
}
