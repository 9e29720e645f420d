namespace TraceeMesh.TestKit.Kubernetes;

/// <summary>Pods as an API server writes them.</summary>
public static class PodText
{
    /// <summary>The label that each of them has.</summary>
    public static readonly KeyValuePair<string, string> Label = new("app", "cart");

    /// <summary>What controls each of them.</summary>
    public static readonly (string Kind, string Name) Owner = ("ReplicaSet", "cart-5d9");

    /// <summary>A pod.</summary>
    public static string Pod(string uid, string name, int version = 1) => $$$"""
        {"metadata":{"uid":"{{{uid}}}","name":"{{{name}}}","namespace":"shop","resourceVersion":"{{{version}}}","labels":{"{{{Label.Key}}}":"{{{Label.Value}}}"},"ownerReferences":[{"kind":"Node","name":"n"},{"kind":"{{{Owner.Kind}}}","name":"{{{Owner.Name}}}","controller":true}]},"spec":{"nodeName":"node-1"}}
        """;

    /// <summary>A page of a list.</summary>
    public static string List(string version, string continuation, params IEnumerable<string> pods) =>
        $$"""{"kind":"PodList","metadata":{"resourceVersion":"{{version}}","continue":"{{continuation}}"},"items":[{{string.Join(',', pods)}}]}""";
}
