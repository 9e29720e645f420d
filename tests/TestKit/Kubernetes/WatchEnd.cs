namespace TraceeMesh.TestKit.Kubernetes;

/// <summary>How a scripted watch ends.</summary>
public enum WatchEnd
{
    /// <summary>It does not, until the client goes.</summary>
    StaysOpen,

    /// <summary>The server ends it.</summary>
    Ends,
}
