namespace TraceeMesh.Bus;

/// <summary>
/// The frames not yet acknowledged, oldest first: a ring whose first part has been sent. Every sending has a number; those of
/// the sent part are consecutive, so that an acknowledgement finds its frame by subtraction. Not thread-safe.
/// </summary>
internal sealed class FrameWindow(int maxFrames, long maxBytes)
{
    private readonly Slot[] _ring = new Slot[maxFrames];
    private int _head;
    private long _headNumber; // number of the last sending of the oldest frame, when it has been sent

    public int Count { get; private set; }

    public int Sent { get; private set; }

    public long Bytes { get; private set; }

    public bool HasUnsent => Sent < Count;

    public bool HasRoomFor(int length) => Count == 0 || (Count < _ring.Length && Bytes + length <= maxBytes);

    public ref Slot Oldest => ref _ring[_head];

    public void Add(in OutgoingFrame frame)
    {
        _ring[(_head + Count) % _ring.Length] = new Slot { Frame = frame };
        Count++;
        Bytes += frame.Length;
    }

    /// <summary>The oldest frame not sent is about to be; returns its number.</summary>
    public long MarkSent(long now, out OutgoingFrame frame)
    {
        ref var slot = ref _ring[(_head + Sent) % _ring.Length];
        slot.SentAt = now;
        slot.Acknowledged = false;
        frame = slot.Frame;
        return _headNumber + Sent++;
    }

    /// <summary>Notes the acknowledgement of a sending; false when it belongs to an earlier attempt.</summary>
    public bool TryAcknowledge(long number, in PublishAck ack)
    {
        var index = number - _headNumber;
        if (index < 0 || index >= Sent)
        {
            return false;
        }

        ref var slot = ref _ring[(_head + (int)index) % _ring.Length];
        slot.Ack = ack;
        slot.Acknowledged = true;
        return true;
    }

    public Slot RemoveOldest()
    {
        var slot = _ring[_head];
        _ring[_head] = default;
        _head = (_head + 1) % _ring.Length;
        _headNumber++;
        Count--;
        Sent--;
        Bytes -= slot.Frame.Length;
        return slot;
    }

    /// <summary>Everything is to be sent again, under new numbers. Returns how many had been sent.</summary>
    public int GoBack()
    {
        var sent = Sent;
        _headNumber += sent;
        Sent = 0;
        return sent;
    }

    internal struct Slot
    {
        public OutgoingFrame Frame;
        public PublishAck Ack;
        public long SentAt;
        public bool Acknowledged;
    }
}
