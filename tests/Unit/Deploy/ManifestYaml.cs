using YamlDotNet.RepresentationModel;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>Walks YAML as it was written, so that a quoted number is still a text.</summary>
internal static class ManifestYaml
{
    public static IReadOnlyList<YamlMappingNode> Documents(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(d => d.RootNode).OfType<YamlMappingNode>()];
    }

    /// <summary>What lies at a path of names; null where nothing does.</summary>
    public static YamlNode? At(this YamlNode? node, string path)
    {
        foreach (var name in path.Split('.'))
        {
            node = node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;
        }

        return node;
    }

    public static string? Text(this YamlNode? node, string path) => (node.At(path) as YamlScalarNode)?.Value;

    public static IEnumerable<YamlNode> List(this YamlNode? node, string path) => node.At(path) is YamlSequenceNode list ? list : [];

    public static IEnumerable<KeyValuePair<string, YamlNode>> Map(this YamlNode? node, string path) =>
        node.At(path) is YamlMappingNode map ? map.Select(p => KeyValuePair.Create(((YamlScalarNode)p.Key).Value!, p.Value)) : [];

    public static string Name(this YamlNode node) => $"{node.Text("kind")}/{node.Text("metadata.name")}";
}
