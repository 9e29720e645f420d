namespace TraceeMesh.Contracts.Mesh;

/// <summary>What a service says of itself once a second on <c>tracee.heartbeat.&lt;service&gt;.&lt;instance&gt;</c>, JSON.</summary>
public sealed record Heartbeat
{
    /// <summary>A service that starts.</summary>
    public const string Starting = "starting";

    /// <summary>A service that does its work.</summary>
    public const string Ready = "ready";

    /// <summary>A service that cannot do its work now; <see cref="Reason"/> says why.</summary>
    public const string Degraded = "degraded";

    /// <summary>A service that ends.</summary>
    public const string Stopping = "stopping";

    /// <summary>How often a service beats.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A service that has not said that it stops, and has missed three beats, is silent; half a beat is the bus's and the machine's.</summary>
    public static readonly TimeSpan Silence = 3.5 * Interval;

    /// <summary>collector, enricher, detector or datasource-api.</summary>
    public required string Service { get; init; }

    /// <summary>Its instance.</summary>
    public required string Instance { get; init; }

    /// <summary>Its node.</summary>
    public required string Node { get; init; }

    /// <summary>Its process.</summary>
    public required int Pid { get; init; }

    /// <summary>One of the constants above.</summary>
    public required string State { get; init; }

    /// <summary>Why it is in that state; empty when ready.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Where its health and metrics are served, host:port.</summary>
    public string Http { get; init; } = "";

    /// <summary>When it started, ns since the epoch.</summary>
    public required long Started { get; init; }

    /// <summary>When this was sent, ns since the epoch.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Names of events that a collector's kernel cannot give; of other services none.</summary>
    public IReadOnlyList<string> UnavailableEvents { get; init; } = [];

    /// <summary>Its counters.</summary>
    public IReadOnlyDictionary<string, long> Counters { get; init; } = new Dictionary<string, long>();
}

/// <summary>What a consumer wants to get, one value of the bucket <c>tracee-selection</c> under <c>&lt;service&gt;.&lt;instance&gt;</c>, JSON; ignored 10 s after its last change.</summary>
public sealed record Selection
{
    /// <summary>How long a selection holds without being renewed.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(10);

    /// <summary>How often its owner renews it.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(3);

    /// <summary>Names of events; <c>*</c> is all but the frequent system calls, which are asked for by name.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>
    /// Of an event, which occurrences are enough: those that one of the alternatives lets through; all, where the event is not
    /// here. More may come: what the kernel cannot judge it does not keep back.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SelectionAlternative>> Filters { get; init => field = value ?? field; } = new Dictionary<string, IReadOnlyList<SelectionAlternative>>();

    /// <summary>Whether the environment of execs is wanted.</summary>
    public bool Environment { get; init; }
}

/// <summary>A request to a collector on <c>tracee.control.&lt;node&gt;</c>, JSON.</summary>
public sealed record ControlRequest
{
    /// <summary>Answers with a <see cref="Ledger.LedgerCut"/>.</summary>
    public const string Cut = "cut";

    /// <summary>Puts a fresh snapshot of processes and cgroups into the stream.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>Stops tracing the processes <see cref="Pids"/>, which belong to the mesh.</summary>
    public const string Ignore = "ignore";

    /// <summary>One of the constants above.</summary>
    public required string Op { get; init; }

    /// <summary>With <see cref="Ignore"/>.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];
}

/// <summary>The answer to a <see cref="ControlRequest"/> other than <see cref="ControlRequest.Cut"/>.</summary>
/// <param name="Ok">Whether it was done.</param>
/// <param name="Error">Why not.</param>
public sealed record ControlReply(bool Ok, string Error = "");
