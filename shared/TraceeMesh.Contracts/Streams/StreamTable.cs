namespace TraceeMesh.Contracts;

/// <summary>The one definition of all streams and buckets. Whoever misses one creates it from here.</summary>
/// <param name="subjects">The subjects in force.</param>
public sealed class StreamTable(Subjects subjects)
{
    /// <summary>How long event frames are kept; older ones are lost as expired (protocol.md section 1).</summary>
    public static readonly TimeSpan EventsMaxAge = TimeSpan.FromMinutes(10);

    /// <summary>For how long the findings stream recognises a repeat: longer than a frame can be judged again.</summary>
    public static readonly TimeSpan FindingsWindow = TimeSpan.FromMinutes(20);

    private const long MiB = 1024 * 1024;

    /// <summary>Event frames of all nodes.</summary>
    public StreamDefinition Events => new(Name("events"), [subjects.AllEvents], OnDisk: false, EventsMaxAge, 512 * MiB, TimeSpan.FromMinutes(2));

    /// <summary>Findings.</summary>
    public StreamDefinition Findings => new(Name("findings"), [subjects.AllFindings], OnDisk: true, TimeSpan.FromDays(7), 1024 * MiB, FindingsWindow);

    /// <summary>Lifecycle events.</summary>
    public StreamDefinition Lifecycle => new(Name("lifecycle"), [subjects.AllLifecycle], OnDisk: false, TimeSpan.FromHours(24), 64 * MiB, TimeSpan.FromMinutes(2));

    /// <summary>The last books of each node.</summary>
    public StreamDefinition Ledger => new(Name("ledger"), [subjects.AllLedgers], OnDisk: true, TimeSpan.FromDays(7), 16 * MiB, TimeSpan.FromMinutes(2)) { MaxMessagesPerSubject = 1 };

    /// <summary>The last heartbeat of each instance.</summary>
    public StreamDefinition Heartbeats => new(Name("heartbeats"), [subjects.AllHeartbeats], OnDisk: false, TimeSpan.FromHours(1), 16 * MiB, TimeSpan.FromMinutes(2)) { MaxMessagesPerSubject = 1 };

    /// <summary>What could not be read.</summary>
    public StreamDefinition Dead => new(Name("dead"), [subjects.AllDead], OnDisk: true, TimeSpan.FromDays(7), 64 * MiB, TimeSpan.FromMinutes(2));

    /// <summary>Who wrote what to writable sources.</summary>
    public StreamDefinition Audit => new(Name("audit"), [subjects.Audit], OnDisk: true, TimeSpan.FromDays(30), 256 * MiB, TimeSpan.FromMinutes(2));

    /// <summary>Which events each consumer wants.</summary>
    public BucketDefinition Selection => new(Name("selection"), OnDisk: false, 4 * MiB);

    /// <summary>Partition leases.</summary>
    public BucketDefinition Leases => new(Name("leases"), OnDisk: true, 16 * MiB);

    /// <summary>Raw frames of one node: enough for 30 s without an enricher at 20 000 events a second.</summary>
    public StreamDefinition Raw(string node) => new(Name($"raw-{Subjects.Safe(node)}"), [subjects.Raw(node)], OnDisk: false, TimeSpan.FromMinutes(2), 256 * MiB, TimeSpan.FromMinutes(2));

    /// <summary>
    /// The writes of a writable source since its last snapshot. Nothing leaves it by age or size, for that would be a silent loss:
    /// who writes a snapshot removes what it holds, and who writes refuses to when that has not happened for too long.
    /// </summary>
    public StreamDefinition WriteLog(string @namespace, string id) => new(SourceName("dslog", @namespace, id), [subjects.WriteLog(@namespace, id)], OnDisk: true, TimeSpan.Zero, 0, TimeSpan.FromMinutes(2));

    /// <summary>The last snapshot of a writable source.</summary>
    public StreamDefinition Snapshots(string @namespace, string id) => new(
        SourceName("dssnap", @namespace, id), [subjects.SnapshotParts(@namespace, id), subjects.SnapshotCommits(@namespace, id)], OnDisk: true, TimeSpan.Zero, 0, TimeSpan.FromMinutes(2));

    // A plus is in no token, so that two sources never have one name.
    private string SourceName(string what, string @namespace, string id) => Name($"{what}-{Subjects.Safe(@namespace)}+{Subjects.Safe(id)}");

    private string Name(string what) => $"{subjects.Prefix}-{what}";
}
