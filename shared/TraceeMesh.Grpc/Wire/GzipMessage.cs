using System.Buffers;
using System.IO.Compression;
using Google.Protobuf;

namespace TraceeMesh.Grpc;

/// <summary>Messages in gzip, in pooled buffers.</summary>
internal sealed class GzipMessage : IDisposable
{
    private const int FirstGuess = 4;

    private byte[] _buffer;

    private GzipMessage(byte[] buffer) => _buffer = buffer;

    /// <summary>The bytes, valid until disposed.</summary>
    public ReadOnlyMemory<byte> Memory { get; private set; }

    /// <summary>Decompresses; a message that grows beyond the limit is not decompressed further.</summary>
    public static GzipMessage Decompress(ReadOnlySequence<byte> compressed, int maxBytes)
    {
        var length = (int)compressed.Length;
        var source = ArrayPool<byte>.Shared.Rent(length);
        var plain = new GzipMessage(ArrayPool<byte>.Shared.Rent(Math.Min(maxBytes, length * FirstGuess) + 1));
        try
        {
            compressed.CopyTo(source);
            using var stream = new GZipStream(new MemoryStream(source, 0, length, writable: false), CompressionMode.Decompress);
            plain.Fill(stream, maxBytes);
            return plain;
        }
        catch (InvalidDataException)
        {
            plain.Dispose();
            throw new GrpcException(GrpcStatusCode.Internal, "a message could not be decompressed: it is not gzip");
        }
        catch
        {
            plain.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(source);
        }
    }

    /// <summary>Compresses a message and frames it.</summary>
    public static void Write(IBufferWriter<byte> output, IMessage message)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            message.WriteTo(gzip);
        }

        MessageFrame.WriteHead(output.GetSpan(MessageFrame.HeadBytes), compressed: true, (int)compressed.Length);
        output.Advance(MessageFrame.HeadBytes);
        output.Write(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Fill(GZipStream stream, int maxBytes)
    {
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
                _buffer.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            var read = stream.Read(_buffer, length, _buffer.Length - length);
            length += read;
            if (length > maxBytes)
            {
                throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"a message is larger than the limit of {maxBytes} bytes once decompressed");
            }

            if (read == 0)
            {
                Memory = _buffer.AsMemory(0, length);
                return;
            }
        }
    }
}
