using System.Text.Json.Nodes;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Runtimes;
using Xunit;

namespace TraceeMesh.Tests.Containers;

/// <summary>What events say about a container.</summary>
internal static class ContainerEvent
{
    private static readonly string[] Arguments =
        ["runtime", "container_id", "ctime", "container_image", "container_image_digest", "container_name", "pod_name", "pod_namespace", "pod_uid", "pod_sandbox"];

    /// <summary>The ten arguments of <c>container_create</c> and <c>existing_container</c>.</summary>
    public static void AssertTells(JsonObject e, string runtime, StartedContainer container)
    {
        Assert.Null((string?)e["mesh"]!["enrichment"]);
        Assert.Equal(Arguments, e["args"]!.AsArray().Select(a => (string)a!["name"]!));
        Assert.Equal(runtime, (string?)e.Argument("runtime"));
        Assert.Equal(container.Id, (string?)e.Argument("container_id"));
        Assert.True((long?)e.Argument("ctime") > 1_700_000_000_000_000_000);
        Assert.Equal(container.Image, (string?)e.Argument("container_image"));
        Assert.Equal(container.Digest, (string?)e.Argument("container_image_digest"));
        Assert.Equal(container.Name, (string?)e.Argument("container_name"));
        Assert.Equal(container.Pod?.Name ?? "", (string?)e.Argument("pod_name"));
        Assert.Equal(container.Pod?.Namespace ?? "", (string?)e.Argument("pod_namespace"));
        Assert.Equal(container.Pod?.Uid ?? "", (string?)e.Argument("pod_uid"));
        Assert.False((bool?)e.Argument("pod_sandbox"));
    }

    /// <summary>The container and pod that any event inside carries.</summary>
    public static void AssertCarries(JsonObject e, StartedContainer container)
    {
        Assert.Null((string?)e["mesh"]!["enrichment"]);
        Assert.Equal(container.Id, (string?)e["containerId"]);
        Assert.Equal(container.Image, (string?)e["container"]!["image"]);
        Assert.Equal(container.Name, (string?)e["container"]!["name"]);
        Assert.Equal(container.Digest, (string?)e["container"]!["imageDigest"] ?? "");
        Assert.Equal(container.Pod?.Name, (string?)e["kubernetes"]!["podName"]);
        Assert.Equal(container.Pod?.Namespace, (string?)e["kubernetes"]!["podNamespace"]);
        Assert.Equal(container.Pod?.Uid, (string?)e["kubernetes"]!["podUID"]);
    }
}
