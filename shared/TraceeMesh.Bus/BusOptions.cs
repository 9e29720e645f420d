namespace TraceeMesh.Bus;

/// <summary>Where the bus is, who connects, and the bounds of the connection.</summary>
public sealed record BusOptions
{
    /// <summary>Addresses of the servers of one cluster, in the order tried: <c>nats://host:port</c> or <c>tls://host:port</c>.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["nats://127.0.0.1:4222"];

    /// <summary>The name the server's monitoring shows for this connection.</summary>
    public string Name { get; init; } = "traceemesh";

    /// <summary>User name, with <see cref="Password"/>.</summary>
    public string? User { get; init; }

    /// <summary>Password of <see cref="User"/>.</summary>
    public string? Password { get; init; }

    /// <summary>A NATS credentials file (JWT and seed), instead of user and password.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>Encryption; none when absent.</summary>
    public BusTls? Tls { get; init; }

    /// <summary>
    /// What the subjects of replies begin with: <c>_INBOX</c> and the user, where there is one, so that nobody hears another's replies.
    /// </summary>
    public string InboxPrefix
    {
        get => field ?? (User is null ? "_INBOX" : $"_INBOX.{User}");
        init;
    }

    /// <summary>How long one attempt to connect may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the first connect keeps trying while no server answers; zero tries once.</summary>
    public TimeSpan WaitForServer { get; init; } = TimeSpan.Zero;

    /// <summary>The pause between attempts to reconnect, which go on for ever.</summary>
    public TimeSpan ReconnectWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Bytes published while reconnecting that are held and sent later. Zero, the default, refuses them
    /// with <see cref="PublishStatus.Disconnected"/>: held messages would overtake those the old connection lost.
    /// </summary>
    public int ReconnectBufferBytes { get; init; }

    /// <summary>Whether each publish goes out at once (one system call each) or after up to a millisecond, with others.</summary>
    public bool SendAsap { get; init; } = true;

    /// <summary>The interval of pings; a server that misses two is considered gone.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a publish may block on a full socket before the connection counts as broken.</summary>
    public TimeSpan WriteDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests awaiting their reply at one time; one more is refused with <see cref="ReplyStatus.TooManyInFlight"/>.</summary>
    public int MaxRequestsInFlight { get; init; } = 16384;

    /// <summary>How many servers of a cluster keep each stream that this connection creates, 1 to 5.</summary>
    public int StreamReplicas { get; init; } = 1;

    /// <summary>The clock of time-outs.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
