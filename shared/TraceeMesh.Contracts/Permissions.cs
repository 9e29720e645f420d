namespace TraceeMesh.Contracts;

/// <summary>What one kind of bus user may do: subjects it may publish and subscribe, wildcards allowed.</summary>
/// <param name="User">Name of the user: a service, <c>source</c>, <c>tmesh</c> or <c>reader</c>.</param>
/// <param name="Publish">Subjects it may publish to.</param>
/// <param name="Subscribe">Subjects it may subscribe to.</param>
public sealed record BusPermission(string User, IReadOnlyList<string> Publish, IReadOnlyList<string> Subscribe)
{
    /// <summary>Subjects it may neither publish nor subscribe, whatever the others allow.</summary>
    public IReadOnlyList<string> Denied { get; init; } = [];
}

/// <summary>The one table of bus users and what each may do (mesh.md section 3, guarantee 7).</summary>
public static class Permissions
{
    /// <summary>The user of a client without credentials.</summary>
    public const string Reader = "reader";

    /// <summary>The user of data sources that are processes of their own (docs/data-source-protocol.md).</summary>
    public const string Source = "source";

    /// <summary>The user of the command line.</summary>
    public const string CommandLine = "tmesh";

    private const string Answers = "_INBOX.>";
    private const string JetStream = "$JS.API.>";
    private const string AnyNode = "*";

    /// <summary>The table of a mesh on one machine: whoever has a service's credentials has them for every node.</summary>
    public static IReadOnlyList<BusPermission> For(Subjects subjects) =>
        [Collector(subjects, null), Enricher(subjects, null), .. OfTheMesh(subjects, []), new(Reader, [], [subjects.AllFindings, subjects.AllLifecycle, subjects.AllLedgers, subjects.AllHeartbeats])];

    /// <summary>The table of a mesh whose nodes have users of their own, <see cref="UserOf"/>; whoever shows no credentials is nobody.</summary>
    /// <param name="subjects">The subjects in force.</param>
    /// <param name="nodes">Names of the nodes; none: one collector and one enricher for all.</param>
    public static IReadOnlyList<BusPermission> For(Subjects subjects, IReadOnlyList<string> nodes) => nodes.Count == 0
        ? [Collector(subjects, null), Enricher(subjects, null), .. OfTheMesh(subjects, [])]
        : [.. nodes.SelectMany(n => new[] { Collector(subjects, n), Enricher(subjects, n) }), .. OfTheMesh(subjects, nodes)];

    /// <summary>The user of a service of one node.</summary>
    public static string UserOf(string service, string node) => $"{service}-{Subjects.Safe(node)}";

    // What lies in the inbox of one user no other may hear: raw frames come to an enricher in it, too.
    private static string Inbox(string user) => $"_INBOX.{user}.>";

    private static string Bucket(BucketDefinition bucket) => $"KV_{bucket.Name}";

    private static BusPermission Collector(Subjects subjects, string? node)
    {
        var (streams, user, any) = (new StreamTable(subjects), node is null ? "collector" : UserOf("collector", node), node ?? AnyNode);
        var raw = node is null ? AnyNode : streams.Raw(node).Name;
        var selection = Bucket(streams.Selection);
        return new(
            user,
            [
                $"{subjects.Prefix}.raw.{Token(any)}", $"{subjects.Prefix}.heartbeat.collector.*", Answers,
                StreamPermissions.Info, .. StreamPermissions.Ensure(raw, selection), StreamPermissions.Delete(raw), .. StreamPermissions.Read(selection), .. StreamPermissions.Peek(selection),
                .. node is null ? StreamPermissions.Peek(streams.Ledger.Name) : [],
            ],
            [Inbox(user), $"{subjects.Prefix}.control.{Token(any)}", $"$KV.{streams.Selection.Name}.>"])
        {
            // A stand-in for a collector makes the stream of the node it is told, whatever that is called.
            Denied = node is null ? [.. StreamPermissions.Ensure(Kept(streams).Except([selection])), .. Kept(streams).Select(StreamPermissions.Delete)] : [],
        };
    }

    private static BusPermission Enricher(Subjects subjects, string? node)
    {
        var (p, streams, user, any) = (subjects.Prefix, new StreamTable(subjects), node is null ? "enricher" : UserOf("enricher", node), Token(node ?? AnyNode));
        var raw = node is null ? AnyNode : streams.Raw(node).Name;
        string[] kept = [streams.Events.Name, streams.Lifecycle.Name, streams.Ledger.Name, streams.Dead.Name];
        return new(
            user,
            [
                $"{p}.events.{any}.*", $"{p}.lifecycle.*.{any}", $"{p}.ledger.{any}", $"{p}.ds.*.*.changed.{any}", $"{p}.heartbeat.enricher.*", $"{p}.dead.enricher.{any}", $"{p}.control.{any}", Answers,
                StreamPermissions.Info, .. StreamPermissions.Ensure([raw, .. kept]), .. StreamPermissions.Read(raw, streams.Events.Name), .. StreamPermissions.Peek(raw, streams.Events.Name, streams.Ledger.Name),
            ],
            [Inbox(user), $"{p}.ds.*.*.get.{any}", $"{p}.ds.*.*.list.{any}", "$SRV.>"])
        {
            Denied = node is null ? [.. StreamPermissions.Everything(streams.Findings.Name, streams.Audit.Name, Bucket(streams.Leases), Bucket(streams.Selection))] : [],
        };
    }

    private static IEnumerable<BusPermission> OfTheMesh(Subjects subjects, IReadOnlyList<string> nodes)
    {
        var (p, streams) = (subjects.Prefix, new StreamTable(subjects));
        var (selection, leases) = (Bucket(streams.Selection), Bucket(streams.Leases));
        yield return new(
            "detector",
            [
                subjects.AllFindings, $"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{p}.heartbeat.detector.*", $"{p}.dead.detector.*", $"$KV.{streams.Selection.Name}.>", $"$KV.{streams.Leases.Name}.>", "$SRV.>", Answers,
                StreamPermissions.Info, .. StreamPermissions.Ensure(streams.Findings.Name, streams.Dead.Name, streams.Events.Name, streams.Heartbeats.Name, selection, leases),
                .. StreamPermissions.Read(streams.Events.Name, streams.Heartbeats.Name, selection, leases), .. StreamPermissions.Peek(streams.Events.Name, streams.Heartbeats.Name, selection, leases),
                StreamPermissions.Remove(streams.Heartbeats.Name),
            ],
            [Inbox("detector"), subjects.Signatures, subjects.AllHeartbeats, $"{p}.ds.*.*.changed", $"{p}.ds.*.*.changed.*"]);
        yield return new(
            "datasource-api",
            [$"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{p}.ds.*.*.list", $"{p}.ds.*.*.list.*", $"{p}.ds.*.*.changed", $"{p}.dslog.>", $"{p}.audit.>", subjects.Signatures, $"{p}.heartbeat.datasource-api.*", $"$KV.{streams.Selection.Name}.>", "$SRV.>", JetStream, Answers],
            [Inbox("datasource-api"), $"{p}.ds.*.*.get", $"{p}.ds.*.*.list", subjects.AllFindings, subjects.AllLedgers, subjects.AllHeartbeats, "$SRV.>"])
        {
            // The streams of sources have names that nobody knows before; those of others it may not change; of what detectors note it reads what was judged, for the ledger on the console.
            Denied = [.. StreamPermissions.Destructive, .. StreamPermissions.Everything(leases).Except(StreamPermissions.Peek(leases)), .. StreamPermissions.Everything(nodes.Select(n => streams.Raw(n).Name)), .. StreamPermissions.Ensure(Kept(streams).Except([streams.Audit.Name, selection])), .. Kept(streams).Select(s => $"$JS.API.STREAM.PURGE.{s}"), .. Kept(streams).Select(StreamPermissions.Remove)],
        };
        yield return new(
            Source,
            [$"{p}.ds.*.*.changed", $"{p}.ds.*.*.changed.*", Answers],
            [Inbox(Source), $"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{p}.ds.*.*.list", $"{p}.ds.*.*.list.*", "$SRV.>"])
        {
            // What processes and containers are is the mesh's own to say.
            Denied = [$"{p}.ds.tracee.>"],
        };
        yield return new(
            CommandLine,
            [
                subjects.AllControl, subjects.Signatures, $"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{p}.ds.*.*.list", $"{p}.ds.*.*.list.*", $"$KV.{streams.Selection.Name}.>", "$SRV.>", JetStream, Answers,
                $"{p}.dead.forward.*", $"$JS.ACK.{streams.Findings.Name}.>",
            ],
            [Inbox(CommandLine), $"{p}.ds.*.*.changed", $"{p}.ds.*.*.changed.*", subjects.AllEvents, subjects.AllFindings, subjects.AllLifecycle, subjects.AllLedgers, subjects.AllHeartbeats, subjects.AllDead])
        {
            Denied = StreamPermissions.Destructive,
        };
    }

    // The streams whose names are the same in every mesh.
    private static IEnumerable<string> Kept(StreamTable streams) =>
        [streams.Events.Name, streams.Findings.Name, streams.Lifecycle.Name, streams.Ledger.Name, streams.Heartbeats.Name, streams.Dead.Name, streams.Audit.Name, Bucket(streams.Leases), Bucket(streams.Selection)];

    private static string Token(string node) => node == AnyNode ? node : Subjects.Safe(node);
}
