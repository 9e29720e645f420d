namespace TraceeMesh.Bus;

/// <summary>What a watcher tells.</summary>
public enum KeyValueChangeKind
{
    /// <summary>A key has this value.</summary>
    Put,

    /// <summary>A key was deleted.</summary>
    Deleted,

    /// <summary>Everything the bucket held has been told; what follows is new.</summary>
    InitialDone,

    /// <summary>The bucket was created anew: forget every key. What it holds follows, then <see cref="InitialDone"/>.</summary>
    Reset,

    /// <summary>The connection is closed or the watcher disposed. Nothing follows.</summary>
    Closed,
}
