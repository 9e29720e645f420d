using TraceeMesh.Contracts;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>The Kubernetes manifests say nothing that the API does not know, nor of anything that is not there, and ask for no privilege they do not need.</summary>
public sealed class ManifestTests
{
    // What docs/kubernetes.md has people make before they apply an overlay.
    private static readonly Dictionary<string, string[]> Secrets = new()
    {
        ["bus-users"] = ["hub.conf", "leaf.conf", "leaf-password", "route-password", "collector.json", "enricher.json", "detector.json", "datasource-api.json"],
        ["datasource-api-tls"] = ["tls.crt", "tls.key"],
        ["datasource-api-access"] = ["access.yaml"],
    };

    public static TheoryData<string> Overlays => ["single-node", "production"];

    [OverlayTheory]
    [MemberData(nameof(Overlays))]
    public void Overlay_IsWhatTheApiKnows(string overlay) => Assert.Empty(ManifestSchema.Check(Kustomize.Render(overlay)));

    [OverlayTheory]
    [MemberData(nameof(Overlays))]
    public void Overlay_RefersToNothingThatIsNotThere(string overlay) => Assert.Empty(ManifestReferences.Check(Kustomize.Render(overlay), Secrets));

    [OverlayTheory]
    [MemberData(nameof(Overlays))]
    public void Overlay_HasEverythingOfTheMesh(string overlay)
    {
        var names = Kustomize.Render(overlay).Select(o => o.Name()).ToList();

        Assert.All((string[])["DaemonSet/node", "StatefulSet/hub", "Deployment/detector", "Deployment/datasource-api", "ClusterRole/traceemesh-node", "PriorityClass/traceemesh-node"], n => Assert.Contains(n, names));
        Assert.Equal(overlay == "production", names.Contains("HorizontalPodAutoscaler/detector"));
    }

    [OverlayTheory]
    [MemberData(nameof(Overlays))]
    public void Containers_HaveNoMorePrivilegeThanTheyNeed(string overlay)
    {
        foreach (var (workload, container) in Containers(Kustomize.Render(overlay)))
        {
            var name = container.Text("name")!;
            Assert.True(container.Text("securityContext.readOnlyRootFilesystem") == "true", name);
            Assert.True(container.Text("securityContext.allowPrivilegeEscalation") == "false", name);
            Assert.True(container.Text("securityContext.privileged") is null or "false", name);
            Assert.Equal(["ALL"], container.List("securityContext.capabilities.drop").Select(c => ((YamlScalarNode)c).Value));
            Assert.Equal(name == "collector" ? ["BPF", "PERFMON", "NET_ADMIN"] : [], container.List("securityContext.capabilities.add").Select(c => ((YamlScalarNode)c).Value));
            Assert.Equal("RuntimeDefault", workload.Text("spec.template.spec.securityContext.seccompProfile.type"));

            // The runtime's socket is root's, and so are the kernel's files.
            var isRoot = (container.Text("securityContext.runAsUser") ?? workload.Text("spec.template.spec.securityContext.runAsUser")) == "0";
            Assert.Equal(name is "collector" or "enricher", isRoot);
        }
    }

    [OverlayTheory]
    [MemberData(nameof(Overlays))]
    public void Containers_AreProbedAndBounded(string overlay)
    {
        foreach (var (_, container) in Containers(Kustomize.Render(overlay)))
        {
            Assert.NotNull(container.At("livenessProbe"));
            Assert.NotNull(container.At("readinessProbe"));
            Assert.NotNull(container.Text("resources.requests.memory"));
            Assert.NotNull(container.Text("resources.limits.memory"));
        }
    }

    [OverlayTheory]
    [MemberData(nameof(Overlays))]
    public void Roles_ReadPodsAndNothingElse(string overlay)
    {
        var rule = Assert.Single(Kustomize.Render(overlay).Where(o => o.Text("kind") is "ClusterRole" or "Role").SelectMany(r => r.List("rules")));

        Assert.Equal(["pods"], rule.List("resources").Select(r => r.ToString()));
        Assert.Equal(["get", "list", "watch"], rule.List("verbs").Select(v => v.ToString()));
    }

    // Where kubectl is missing this is what is left.
    [Fact]
    public void Base_IsWhatTheApiKnows() =>
        Assert.Empty(ManifestSchema.Check(Directory.EnumerateFiles(Path.Combine(Kustomize.Directory, "base"), "*.yaml")
            .Where(f => Path.GetFileName(f) != "kustomization.yaml")
            .SelectMany(f => ManifestYaml.Documents(File.ReadAllText(f)))));

    [Fact]
    public void Bus_TakesTheLargestMessage() =>
        Assert.All((string[])["hub.conf", "leaf.conf"], f => Assert.Contains($"max_payload: {Limits.MessageBytes}\n", File.ReadAllText(Path.Combine(Kustomize.Directory, "base/nats", f)), StringComparison.Ordinal));

    private static IEnumerable<(YamlNode Workload, YamlNode Container)> Containers(IEnumerable<YamlMappingNode> objects) =>
        objects.SelectMany(o => o.List("spec.template.spec.containers").Select(c => ((YamlNode)o, c)));
}
