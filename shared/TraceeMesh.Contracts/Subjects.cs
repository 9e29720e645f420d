using System.Buffers;

namespace TraceeMesh.Contracts;

/// <summary>The one table of subjects (mesh.md section 4). Everything that travels, travels on one of these.</summary>
/// <param name="prefix">The configurable first token.</param>
public sealed class Subjects(string prefix = Subjects.DefaultPrefix)
{
    /// <summary>The first token unless configured otherwise.</summary>
    public const string DefaultPrefix = "tracee";

    private static readonly SearchValues<char> SafeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>The first token.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Raw frames of every node.</summary>
    public string AllRaw => $"{Prefix}.raw.*";

    /// <summary>Event frames of every node and partition.</summary>
    public string AllEvents => $"{Prefix}.events.*.*";

    /// <summary>Every lifecycle event.</summary>
    public string AllLifecycle => $"{Prefix}.lifecycle.>";

    /// <summary>Every finding.</summary>
    public string AllFindings => $"{Prefix}.findings.>";

    /// <summary>The books of every node.</summary>
    public string AllLedgers => $"{Prefix}.ledger.*";

    /// <summary>The heartbeats of every service.</summary>
    public string AllHeartbeats => $"{Prefix}.heartbeat.*.*";

    /// <summary>Everything that could not be read.</summary>
    public string AllDead => $"{Prefix}.dead.*.*";

    /// <summary>Control of every node.</summary>
    public string AllControl => $"{Prefix}.control.*";

    /// <summary>How the signatures of every detector are, on request.</summary>
    public string Signatures => $"{Prefix}.signatures";

    /// <summary>A name as one token: whatever a subject may not hold becomes <c>_</c>. Empty names become <c>_</c> too.</summary>
    public static string Safe(string name)
    {
        if (name.Length > 0 && !name.AsSpan().ContainsAnyExcept(SafeCharacters))
        {
            return name;
        }

        return name.Length == 0 ? "_" : string.Create(name.Length, name, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = SafeCharacters.Contains(source[i]) ? source[i] : '_';
            }
        });
    }

    /// <summary>Raw frames: collector to enricher.</summary>
    public string Raw(string node) => $"{Prefix}.raw.{Safe(node)}";

    /// <summary>Event frames: enricher to detectors.</summary>
    public string Events(string node, int partition) => $"{Prefix}.events.{Safe(node)}.{partition}";

    /// <summary>Event frames of one node in all partitions.</summary>
    public string EventsOfNode(string node) => $"{Prefix}.events.{Safe(node)}.*";

    /// <summary>Event frames of one partition from all nodes.</summary>
    public string EventsOfPartition(int partition) => $"{Prefix}.events.*.{partition}";

    /// <summary>Lifecycle events: enricher to anyone.</summary>
    public string Lifecycle(string eventName, string node) => $"{Prefix}.lifecycle.{Safe(eventName)}.{Safe(node)}";

    /// <summary>Findings: detector to anyone.</summary>
    public string Finding(string severity, string signature, string node) => $"{Prefix}.findings.{Safe(severity)}.{Safe(signature)}.{Safe(node)}";

    /// <summary>Lookups of a source that belongs to a node.</summary>
    public string Lookup(string @namespace, string id, string node) => $"{Prefix}.ds.{Safe(@namespace)}.{Safe(id)}.get.{Safe(node)}";

    /// <summary>Lists a source that belongs to a node.</summary>
    public string List(string @namespace, string id, string node) => $"{Prefix}.ds.{Safe(@namespace)}.{Safe(id)}.list.{Safe(node)}";

    /// <summary>Lists a source that belongs to the mesh.</summary>
    public string List(string @namespace, string id) => $"{Prefix}.ds.{Safe(@namespace)}.{Safe(id)}.list";

    /// <summary>Changes of a source that belongs to a node.</summary>
    public string Changed(string @namespace, string id, string node) => $"{Prefix}.ds.{Safe(@namespace)}.{Safe(id)}.changed.{Safe(node)}";

    /// <summary>Changes of a source that belongs to the mesh.</summary>
    public string Changed(string @namespace, string id) => $"{Prefix}.ds.{Safe(@namespace)}.{Safe(id)}.changed";

    /// <summary>Changes of all sources that belong to nodes.</summary>
    public string AllChangedOfNodes => $"{Prefix}.ds.*.*.changed.*";

    /// <summary>Changes of all sources that belong to the mesh.</summary>
    public string AllChangedOfTheMesh => $"{Prefix}.ds.*.*.changed";

    /// <summary>Lookups of a source that belongs to the mesh.</summary>
    public string Lookup(string @namespace, string id) => $"{Prefix}.ds.{Safe(@namespace)}.{Safe(id)}.get";

    /// <summary>The log of a writable source.</summary>
    public string WriteLog(string @namespace, string id) => $"{Prefix}.dslog.{Safe(@namespace)}.{Safe(id)}";

    /// <summary>The parts of a writable source's snapshots.</summary>
    public string SnapshotParts(string @namespace, string id) => $"{WriteLog(@namespace, id)}.snapshot";

    /// <summary>The records that make a snapshot of a writable source whole.</summary>
    public string SnapshotCommits(string @namespace, string id) => $"{WriteLog(@namespace, id)}.snapshot.commit";

    /// <summary>Who wrote what to writable sources, accepted or refused.</summary>
    public string Audit => $"{Prefix}.audit.datasource";

    /// <summary>Requests to a node's collector.</summary>
    public string Control(string node) => $"{Prefix}.control.{Safe(node)}";

    /// <summary>The books of a node.</summary>
    public string Ledger(string node) => $"{Prefix}.ledger.{Safe(node)}";

    /// <summary>What a service says of itself.</summary>
    public string Heartbeat(string service, string instance) => $"{Prefix}.heartbeat.{Safe(service)}.{Safe(instance)}";

    /// <summary>What a service could not read.</summary>
    public string Dead(string service, string node) => $"{Prefix}.dead.{Safe(service)}.{Safe(node)}";
}
