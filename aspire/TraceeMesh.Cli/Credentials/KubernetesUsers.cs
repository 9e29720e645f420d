using System.Text;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Credentials;

/// <summary>
/// The users of a bus with a hub and a leaf on each node (aspire/deploy/kubernetes): those of a node come in at its leaf, the leaf
/// comes in at the hub as a user of its own, everybody else at the hub.
/// </summary>
/// <param name="subjects">The subjects in force.</param>
internal sealed class KubernetesUsers(Subjects subjects)
{
    /// <summary>The JetStream domain of the hub, as hub.conf names it.</summary>
    public const string HubDomain = "hub";

    /// <summary>The user that leaf nodes come in as.</summary>
    public const string Leaf = "leaf";

    private const string Api = "$JS.API.";
    private const string HubApi = $"$JS.{HubDomain}.API.";

    private static readonly string[] OfNodes = ["collector", "enricher"];

    /// <summary>Every user with a password of its own.</summary>
    public IReadOnlyDictionary<string, BusCredentials> Generate() =>
        Permissions.For(subjects).Select(p => p.User).Where(u => u != Permissions.Reader).Append(Leaf).ToDictionary(u => u, BusCredentials.Generate);

    /// <summary>What the hub includes.</summary>
    public string HubConfiguration(IReadOnlyDictionary<string, BusCredentials> users) =>
        Render(users, [.. Permissions.For(subjects).Where(p => p.User != Permissions.Reader && !OfNodes.Contains(p.User)), LeafPermission()]);

    /// <summary>What each leaf includes.</summary>
    public string LeafConfiguration(IReadOnlyDictionary<string, BusCredentials> users) => Render(users, [.. Permissions.For(subjects).Where(p => OfNodes.Contains(p.User)).Select(AtTheLeaf)]);

    // What a service of a node may ask of the JetStream it is connected to, it may ask of the hub's.
    private static BusPermission AtTheLeaf(BusPermission permission) => permission with { Publish = WithHub(permission.Publish), Denied = WithHub(permission.Denied) };

    // What passes a leaf is what the services behind it may do, and never raw frames. What the hub denies them, it denies at the leaf.
    private BusPermission LeafPermission()
    {
        var nodes = Permissions.For(subjects).Where(p => OfNodes.Contains(p.User)).ToList();
        return new BusPermission(
            Leaf,
            [.. nodes.SelectMany(p => WithHub(p.Publish)).Where(s => s != subjects.AllRaw).Distinct()],
            [.. nodes.SelectMany(p => p.Subscribe).Append("_INBOX.>").Distinct()])
        {
            Denied = [subjects.AllRaw],
        };
    }

    private static string[] WithHub(IReadOnlyList<string> allowed) =>
        [.. allowed, .. allowed.Where(s => s.StartsWith(Api, StringComparison.Ordinal)).Select(s => HubApi + s[Api.Length..])];

    private static string Render(IReadOnlyDictionary<string, BusCredentials> users, IReadOnlyList<BusPermission> permissions)
    {
        var text = new StringBuilder("# Written by tmesh init-kubernetes. It holds passwords.\nauthorization {\n  users: [\n");
        foreach (var permission in permissions)
        {
            var denied = permission.Denied.Count == 0 ? "" : $", deny: {List(permission.Denied)}";
            text.Append($"    {{ user: \"{permission.User}\", password: \"{users[permission.User].Password}\", permissions: {{ ");
            text.Append($"publish: {{ allow: {List(permission.Publish)}{denied} }}, subscribe: {{ allow: {List(permission.Subscribe)}{denied} }} }} }}\n");
        }

        return text.Append("  ]\n}\n").ToString();
    }

    private static string List(IReadOnlyList<string> subjects) => $"[{string.Join(", ", subjects.Select(s => $"\"{s}\""))}]";
}
