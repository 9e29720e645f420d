namespace TraceeMesh.Signatures;

/// <summary>Where on a node an event happened, as selectors name it.</summary>
/// <example><code>new EventSelector("tracee", "security_file_open", Origin.Container)</code></example>
public enum Origin
{
    /// <summary>Anywhere.</summary>
    Any,

    /// <summary>Not in a container.</summary>
    Host,

    /// <summary>In a container whose entry point has not started yet.</summary>
    ContainerInit,

    /// <summary>In a running container.</summary>
    Container,
}
