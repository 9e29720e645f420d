using YamlDotNet.RepresentationModel;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>Finds what one object says of another that is not so: selectors that select nothing, ports, volumes, accounts that nobody defines.</summary>
internal sealed class ManifestReferences
{
    private static readonly string[] Workloads = ["Deployment", "DaemonSet", "StatefulSet"];

    private readonly IReadOnlyList<YamlMappingNode> _objects;
    private readonly IReadOnlyDictionary<string, string[]> _secrets;
    private readonly List<string> _problems = [];

    private ManifestReferences(IReadOnlyList<YamlMappingNode> objects, IReadOnlyDictionary<string, string[]> secrets) => (_objects, _secrets) = (objects, secrets);

    /// <summary>What is wrong.</summary>
    /// <param name="objects">All objects of an overlay.</param>
    /// <param name="secrets">Secrets that are made before, with their keys.</param>
    public static IReadOnlyList<string> Check(IReadOnlyList<YamlMappingNode> objects, IReadOnlyDictionary<string, string[]> secrets)
    {
        var check = new ManifestReferences(objects, secrets);
        foreach (var o in objects)
        {
            check.Check(o);
        }

        return check._problems;
    }

    private IEnumerable<YamlMappingNode> Pods => _objects.Where(o => Workloads.Contains(o.Text("kind")));

    private void Check(YamlMappingNode o)
    {
        switch (o.Text("kind"))
        {
            case "Deployment" or "DaemonSet" or "StatefulSet":
                CheckWorkload(o);
                break;
            case "Service":
                CheckService(o);
                break;
            case "PodDisruptionBudget":
                Require(Selected(o.At("spec.selector")).Any(), o, "its selector selects no pod");
                break;
            case "NetworkPolicy":
                CheckPolicy(o);
                break;
            case "HorizontalPodAutoscaler":
                Require(Find(o.Text("spec.scaleTargetRef.kind")!, o.Text("spec.scaleTargetRef.name")) is not null, o, "it scales what is not there");
                break;
            case "ClusterRoleBinding":
                Require(Find("ClusterRole", o.Text("roleRef.name")) is not null, o, "its role is not there");
                foreach (var subject in o.List("subjects"))
                {
                    Require(Find("ServiceAccount", subject.Text("name")) is { } account && account.Text("metadata.namespace") == subject.Text("namespace"), o, $"its subject {subject.Text("name")} is not there");
                }

                break;
        }
    }

    private void CheckWorkload(YamlMappingNode o)
    {
        var pod = o.At("spec.template.spec");
        Require(Matches(o.At("spec.selector"), o), o, "its selector does not select its own pods");
        Require(Find("ServiceAccount", pod.Text("serviceAccountName")) is not null, o, $"its account {pod.Text("serviceAccountName")} is not there");
        Require(pod.Text("priorityClassName") is not { } priority || Find("PriorityClass", priority) is not null, o, "its priority class is not there");
        Require(o.Text("spec.serviceName") is not { } service || Find("Service", service) is not null, o, "its service is not there");
        foreach (var spread in pod.List("topologySpreadConstraints"))
        {
            Require(Matches(spread.At("labelSelector"), o), o, "it is spread by the labels of other pods");
        }

        var volumes = pod.List("volumes").Select(v => v.Text("name")).Concat(o.List("spec.volumeClaimTemplates").Select(v => v.Text("metadata.name"))).ToList();
        var mounted = pod.List("containers").SelectMany(c => c.List("volumeMounts")).Select(m => m.Text("name")).ToHashSet();
        Require(volumes.TrueForAll(mounted.Contains), o, $"a volume is mounted by nobody: {string.Join(", ", volumes.Where(v => !mounted.Contains(v)))}");
        foreach (var mount in mounted)
        {
            Require(volumes.Contains(mount), o, $"the volume {mount} is not there");
        }

        foreach (var volume in pod.List("volumes"))
        {
            CheckVolume(o, volume);
        }

        foreach (var container in pod.List("containers"))
        {
            CheckContainer(o, container);
        }
    }

    private void CheckVolume(YamlMappingNode o, YamlNode volume)
    {
        foreach (var source in volume.List("projected.sources").Append(volume))
        {
            if (source.At("configMap") is { } map)
            {
                RequireKeys(o, map, Find("ConfigMap", map.Text("name"))?.Map("data").Select(d => d.Key), $"config map {map.Text("name")}");
            }

            if (source.At("secret") is { } secret)
            {
                var name = secret.Text("secretName") ?? secret.Text("name")!;
                RequireKeys(o, secret, _secrets.GetValueOrDefault(name), $"secret {name}");
            }
        }
    }

    private void RequireKeys(YamlMappingNode o, YamlNode source, IEnumerable<string>? keys, string what)
    {
        Require(keys is not null, o, $"the {what} is not there");
        foreach (var item in source.List("items"))
        {
            Require(keys?.Contains(item.Text("key")) != false, o, $"the {what} has no {item.Text("key")}");
        }
    }

    private void CheckContainer(YamlMappingNode o, YamlNode container)
    {
        var ports = container.List("ports").Select(p => p.Text("name")).ToHashSet();
        foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            var port = container.Text($"{probe}.httpGet.port") ?? container.Text($"{probe}.tcpSocket.port");
            Require(port is null || ports.Contains(port), o, $"{container.Text("name")} has no port {port}, which its {probe} asks");
        }

        var known = new HashSet<string>();
        foreach (var variable in container.List("env"))
        {
            if (variable.At("valueFrom.secretKeyRef") is { } key)
            {
                Require(_secrets.GetValueOrDefault(key.Text("name")!)?.Contains(key.Text("key")) == true, o, $"the secret {key.Text("name")} has no {key.Text("key")}");
            }

            // A variable is filled in only where it stands before.
            foreach (var used in (variable.Text("value") ?? "").Split("$(").Skip(1).Select(v => v.Split(')')[0]))
            {
                Require(known.Contains(used), o, $"{variable.Text("name")} uses {used}, which is not set before it");
            }

            Require(known.Add(variable.Text("name")!), o, $"{variable.Text("name")} is set twice");
        }
    }

    private void CheckService(YamlMappingNode o)
    {
        var pods = Pods.Where(p => o.Map("spec.selector").All(l => Label(p, l.Key) == ((YamlScalarNode)l.Value).Value)).ToList();
        Require(pods.Count > 0, o, "its selector selects no pod");
        foreach (var port in o.List("spec.ports"))
        {
            var target = port.Text("targetPort") ?? port.Text("port")!;
            Require(pods.TrueForAll(p => HasPort(p, target)), o, $"the pods have no port {target}");
        }
    }

    private void CheckPolicy(YamlMappingNode o)
    {
        var pods = Selected(o.At("spec.podSelector")).ToList();
        Require(pods.Count > 0, o, "its selector selects no pod");
        foreach (var port in o.List("spec.ingress").SelectMany(r => r.List("ports")))
        {
            Require(pods.Exists(p => HasPort(p, port.Text("port")!)), o, $"no pod of it has a port {port.Text("port")}");
        }
    }

    private static bool HasPort(YamlNode workload, string port) =>
        workload.List("spec.template.spec.containers").SelectMany(c => c.List("ports")).Any(p => p.Text("name") == port || p.Text("containerPort") == port);

    private IEnumerable<YamlMappingNode> Selected(YamlNode? selector) => Pods.Where(p => Matches(selector, p));

    private static bool Matches(YamlNode? selector, YamlNode workload) =>
        selector.Map("matchLabels").All(l => Label(workload, l.Key) == ((YamlScalarNode)l.Value).Value)
        && selector.List("matchExpressions").All(e => e.Text("operator") == "In" && e.List("values").Any(v => ((YamlScalarNode)v).Value == Label(workload, e.Text("key")!)));

    private static string? Label(YamlNode workload, string key) => workload.Map("spec.template.metadata.labels").Where(l => l.Key == key).Select(l => ((YamlScalarNode)l.Value).Value).FirstOrDefault();

    private YamlMappingNode? Find(string kind, string? name) => _objects.FirstOrDefault(o => o.Text("kind") == kind && o.Text("metadata.name") == name);

    private void Require(bool holds, YamlMappingNode o, string problem)
    {
        if (!holds)
        {
            _problems.Add($"{o.Name()}: {problem}");
        }
    }
}
