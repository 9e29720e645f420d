namespace TraceeMesh.Enricher.Containers;

/// <summary>
/// The memory that labels may take: whoever starts a container or a pod chooses them. What finds no room goes without labels,
/// counted. One writer, any number of readers.
/// </summary>
/// <param name="maxBytes">How much.</param>
public sealed class LabelBudget(long maxBytes)
{
    // Of one label: two strings' headers and its place in a dictionary.
    private const int EachBytes = 96;

    private long _used;
    private long _refused;

    /// <summary>Bytes that labels take now.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>How often there was no room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The memory labels take, bytes.</summary>
    public static long BytesOf(IReadOnlyDictionary<string, string> labels)
    {
        var bytes = 0L;
        foreach (var (name, value) in labels)
        {
            bytes += EachBytes + (sizeof(char) * (name.Length + value.Length));
        }

        return bytes;
    }

    /// <summary>Takes the room for labels, if there is any.</summary>
    public bool TryTake(IReadOnlyDictionary<string, string> labels)
    {
        var bytes = BytesOf(labels);
        if (_used + bytes > maxBytes)
        {
            Interlocked.Increment(ref _refused);
            return false;
        }

        Interlocked.Add(ref _used, bytes);
        return true;
    }

    /// <summary>Gives the room of labels back.</summary>
    public void Return(IReadOnlyDictionary<string, string> labels) => Interlocked.Add(ref _used, -BytesOf(labels));
}
