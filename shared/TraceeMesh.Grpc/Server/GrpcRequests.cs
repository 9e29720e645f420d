using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;

namespace TraceeMesh.Grpc;

/// <summary>The messages of a client, in order; those that came together are read without a wait.</summary>
/// <typeparam name="T">Type of the messages.</typeparam>
public sealed class GrpcRequests<T>
    where T : class, IMessage<T>, new()
{
    private static readonly MessageParser<T> Parser = new(() => new T());
    private static readonly Google.Protobuf.Reflection.MessageDescriptor Type = new T().Descriptor;

    private readonly PipeReader _pipe;
    private readonly int _maxBytes;
    private readonly bool _gzip;
    private readonly CancellationToken _cancellation;
    private ReadOnlySequence<byte> _buffer;
    private bool _held; // the buffer is the pipe's, and must be given back before the next read
    private bool _completed;

    internal GrpcRequests(PipeReader pipe, int maxBytes, bool gzip, CancellationToken cancellation)
    {
        _pipe = pipe;
        _maxBytes = maxBytes;
        _gzip = gzip;
        _cancellation = cancellation;
    }

    /// <summary>The message read last.</summary>
    public T Current { get; private set; } = null!;

    /// <summary>Whether a client sends: one that leaves ends the stream first, and the call's token only later.</summary>
    internal bool IsFromClient { get; init; }

    /// <summary>Reads the next message into <see cref="Current"/>.</summary>
    /// <returns>False when the client has sent its last.</returns>
    /// <exception cref="GrpcException">What came is no message, or the client has gone.</exception>
    public ValueTask<bool> ReadAsync() => TryTake() ? new(true) : ReadSlow();

    /// <summary>The one message of a call whose client sends one.</summary>
    internal async ValueTask<T> ReadOnlyOneAsync()
    {
        if (!await ReadAsync())
        {
            throw new GrpcException(GrpcStatusCode.Internal, "the request has no message");
        }

        var message = Current;
        return await ReadAsync() ? throw new GrpcException(GrpcStatusCode.Internal, "the request has more than one message") : message;
    }

    private async ValueTask<bool> ReadSlow()
    {
        while (!_completed)
        {
            if (_held)
            {
                _pipe.AdvanceTo(_buffer.Start, _buffer.End);
                _held = false;
            }

            var result = await ReadPipeAsync();
            (_buffer, _held, _completed) = (result.Buffer, true, result.IsCompleted);
            if (TryTake())
            {
                return true;
            }
        }

        if (_held && !_buffer.IsEmpty)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "the request ends within a message");
        }

        return false;
    }

    private async ValueTask<ReadResult> ReadPipeAsync()
    {
        try
        {
            return await _pipe.ReadAsync(_cancellation);
        }
        catch (Exception e) when (IsFromClient && !_cancellation.IsCancellationRequested && e is IOException or ConnectionAbortedException)
        {
            throw new GrpcException(GrpcStatusCode.Cancelled, "the client has gone");
        }
    }

    private bool TryTake()
    {
        if (!_held)
        {
            return false;
        }

        switch (MessageFrame.TryRead(ref _buffer, _maxBytes, out var compressed, out var message))
        {
            case MessageFrameStatus.Message:
                Current = Parse(message, compressed);
                return true;
            case MessageFrameStatus.TooLarge:
                throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a message is larger than the limit of {_maxBytes} bytes");
            case MessageFrameStatus.Malformed:
                throw new GrpcException(GrpcStatusCode.Internal, "what came is not a gRPC message: its first byte is neither 0 nor 1");
            default:
                return false;
        }
    }

    private T Parse(ReadOnlySequence<byte> message, bool compressed)
    {
        if (!compressed)
        {
            return ParsePlain(message);
        }

        if (!_gzip)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "a message is compressed, and the header grpc-encoding does not say how");
        }

        using var plain = GzipMessage.Decompress(message, _maxBytes);
        return ParsePlain(new ReadOnlySequence<byte>(plain.Memory));
    }

    private static T ParsePlain(ReadOnlySequence<byte> message)
    {
        if (!MessageText.IsValid(Type, message))
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"a {Type.FullName} has a string that is not UTF-8");
        }

        try
        {
            return Parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"a {Type.FullName} could not be read: {e.Message}");
        }
    }
}
