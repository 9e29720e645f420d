using TraceeMesh.Grpc;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>How much all streams together hold before they are written: what a client sends is in memory until its end.</summary>
public sealed class StreamBudget
{
    /// <summary>Bytes of one stream at most.</summary>
    public const long MaxStreamBytes = 128L << 20;

    /// <summary>Bytes of all streams at most.</summary>
    public const long MaxBytes = 256L << 20;

    private long _taken;

    /// <summary>Bytes held.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Room for one stream; given back when disposed.</summary>
    public Room Open() => new(this);

    /// <summary>What one stream holds.</summary>
    public sealed class Room(StreamBudget budget) : IDisposable
    {
        private long _held;

        /// <summary>The stream holds so much by now.</summary>
        /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: too much.</exception>
        public void Take(long bytes)
        {
            var more = bytes - _held;
            _held = bytes;
            if (Interlocked.Add(ref budget._taken, more) > MaxBytes || bytes > MaxStreamBytes)
            {
                throw new GrpcException(GrpcStatusCode.ResourceExhausted, bytes > MaxStreamBytes
                    ? $"a stream holds at most {MaxStreamBytes >> 20} MiB; write several"
                    : $"all streams together hold at most {MaxBytes >> 20} MiB; try again when others have ended");
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Interlocked.Add(ref budget._taken, -_held);
            _held = 0;
        }
    }
}
