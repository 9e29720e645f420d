using System.Threading.Channels;

namespace TraceeMesh.Bus;

/// <summary>An event for one waiter that resets itself: many sets before a wait are one.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Set() => _channel.Writer.TryWrite(true);

    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _channel.Reader.ReadAsync(cancellation);
}
