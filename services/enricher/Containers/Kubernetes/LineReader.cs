using System.Buffers;
using System.IO.Pipelines;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>Reads the lines of a watch, each at most so long.</summary>
internal sealed class LineReader(Stream stream, int maxBytes) : IAsyncDisposable
{
    private readonly PipeReader _pipe = PipeReader.Create(stream);

    /// <summary>The next line without its end; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The line is too long, or the stream ends within one.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await _pipe.ReadAsync(cancellation);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end).ToArray();
                _pipe.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            if (buffer.Length > maxBytes)
            {
                throw new InvalidDataException($"a line of the watch has more than {maxBytes} bytes");
            }

            if (result.IsCompleted)
            {
                return buffer.IsEmpty ? null : throw new InvalidDataException("the watch ended within a line");
            }

            _pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pipe.CompleteAsync();
}
