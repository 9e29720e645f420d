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

    private const string Inbox = "_INBOX.>";
    private const string JetStream = "$JS.API.>";

    /// <summary>The table.</summary>
    public static IReadOnlyList<BusPermission> For(Subjects subjects)
    {
        var p = subjects.Prefix;
        var heartbeat = $"{p}.heartbeat";
        return
        [
            new("collector", [subjects.AllRaw, $"{heartbeat}.collector.*", JetStream, Inbox], [Inbox, subjects.AllControl, $"$KV.{p}-selection.>"]),
            new(
                "enricher",
                [subjects.AllEvents, subjects.AllLifecycle, subjects.AllLedgers, $"{p}.ds.*.*.changed.*", $"{heartbeat}.enricher.*", $"{p}.dead.enricher.*", subjects.AllControl, JetStream, Inbox],
                [Inbox, $"{p}.ds.*.*.get.*", $"{p}.ds.*.*.list.*", "$SRV.>"]),
            new(
                "detector",
                [subjects.AllFindings, $"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{heartbeat}.detector.*", $"{p}.dead.detector.*", $"$KV.{p}-selection.>", $"$KV.{p}-leases.>", "$SRV.>", JetStream, Inbox],
                [Inbox, subjects.Signatures, subjects.AllHeartbeats, $"{p}.ds.*.*.changed", $"{p}.ds.*.*.changed.*"]),
            new(
                "datasource-api",
                [$"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{p}.ds.*.*.list", $"{p}.ds.*.*.list.*", $"{p}.ds.*.*.changed", $"{p}.dslog.>", $"{p}.audit.>", subjects.Signatures, $"{heartbeat}.datasource-api.*", $"$KV.{p}-selection.>", "$SRV.>", JetStream, Inbox],
                [Inbox, $"{p}.ds.*.*.get", $"{p}.ds.*.*.list", subjects.AllFindings, subjects.AllLedgers, subjects.AllHeartbeats, "$SRV.>"]),
            new(
                Source,
                [$"{p}.ds.*.*.changed", $"{p}.ds.*.*.changed.*", Inbox],
                [Inbox, $"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{p}.ds.*.*.list", $"{p}.ds.*.*.list.*", "$SRV.>"])
            {
                // What processes and containers are is the mesh's own to say.
                Denied = [$"{p}.ds.tracee.>"],
            },
            new(
                CommandLine,
                [subjects.AllControl, subjects.Signatures, $"{p}.ds.*.*.get", $"{p}.ds.*.*.get.*", $"{p}.ds.*.*.list", $"{p}.ds.*.*.list.*", $"$KV.{p}-selection.>", "$SRV.>", JetStream, Inbox],
                [Inbox, subjects.AllEvents, subjects.AllFindings, subjects.AllLifecycle, subjects.AllLedgers, subjects.AllHeartbeats, subjects.AllDead]),
            new(Reader, [], [subjects.AllFindings, subjects.AllLifecycle, subjects.AllLedgers, subjects.AllHeartbeats]),
        ];
    }
}
