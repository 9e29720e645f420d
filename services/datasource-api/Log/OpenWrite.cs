namespace TraceeMesh.DataSourceApi.Log;

/// <summary>Parts of a write whose commit has not come.</summary>
/// <param name="firstSequence">Sequence of its first part.</param>
/// <param name="time">When the log stored that, ns since the epoch.</param>
internal sealed class OpenWrite(long firstSequence, long time)
{
    private readonly List<byte[]> _parts = [];

    public long FirstSequence => firstSequence;

    public long Time => time;

    public IReadOnlyList<byte[]> Parts => _parts;

    public ulong Checksum { get; private set; }

    /// <summary>Whether a part is missing or came twice; then no commit can make it whole.</summary>
    public bool IsBroken { get; private set; }

    public void Add(int index, ReadOnlySpan<byte> items)
    {
        IsBroken |= index != _parts.Count;
        Checksum = LogFormat.Checksum(Checksum, items);
        _parts.Add(items.ToArray());
    }
}
