namespace TraceeMesh.Cli.Up;

/// <summary>Who a service runs as when root starts the mesh. Started by anyone else, every service runs as its starter.</summary>
public enum ServiceUser
{
    /// <summary>The unprivileged user, no groups.</summary>
    Service,

    /// <summary>The unprivileged user with the groups that own the sockets of the container runtimes.</summary>
    Runtimes,

    /// <summary>Root; the service drops what it does not need by itself.</summary>
    Root,
}
