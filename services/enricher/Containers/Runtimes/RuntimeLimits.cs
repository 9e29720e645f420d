namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>What a runtime may make the enricher keep. A runtime's labels are chosen by whoever starts a container.</summary>
public static class RuntimeLimits
{
    /// <summary>The largest reply that is read, bytes.</summary>
    public const int MaxReplyBytes = 1 << 20;

    /// <summary>The labels kept of one container.</summary>
    public const int MaxLabels = 64;

    /// <summary>The bytes of those labels, keys and values, in UTF-8.</summary>
    public const int MaxLabelBytes = 16 << 10;

    /// <summary>The bytes kept of any one value, in UTF-8.</summary>
    public const int MaxValueBytes = 1024;

    /// <summary>The length of the longest container id that is asked for.</summary>
    public const int MaxIdLength = 128;
}
