using Xunit;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>The checks of manifests find what is wrong: one mistake of each class in objects that are right otherwise.</summary>
public sealed class ManifestCheckTests
{
    private const string Right = """
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: web, namespace: shop }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings }
        data: { a.conf: "x" }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          replicas: 2
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              serviceAccountName: web
              topologySpreadConstraints:
                - { maxSkew: 1, topologyKey: host, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }
              containers:
                - name: web
                  image: web
                  env:
                    - { name: FIRST, value: "1" }
                    - { name: SECOND, value: "$(FIRST)" }
                    - { name: PASSWORD, valueFrom: { secretKeyRef: { name: users, key: password } } }
                  ports: [{ name: http, containerPort: 80 }]
                  readinessProbe: { httpGet: { path: /, port: http } }
                  resources: { limits: { memory: 1Gi } }
                  volumeMounts: [{ name: settings, mountPath: /etc/web }]
              volumes:
                - name: settings
                  configMap: { name: settings, items: [{ key: a.conf, path: a.conf }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web }
        spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: { name: web }
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: { name: web }
        spec: { maxReplicas: 4, scaleTargetRef: { kind: Deployment, name: web } }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: web }
        spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress], ingress: [{ ports: [{ port: http }] }] }
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: { name: reader }
        rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: { name: reader }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader }
        subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
        """;

    private static readonly Dictionary<string, string[]> Secrets = new() { ["users"] = ["password"] };

    [Fact]
    public void RightObjects_HaveNoProblem()
    {
        Assert.Empty(ManifestSchema.Check(ManifestYaml.Documents(Right)));
        Assert.Empty(ManifestReferences.Check(ManifestYaml.Documents(Right), Secrets));
    }

    [Theory]
    [InlineData("image: web", "image: web\n          imagee: web", "containers[0].imagee: unknown field")]
    [InlineData("replicas: 2", "replicas: \"2\"", "spec.replicas: integer is due here")]
    [InlineData("value: \"1\"", "value: 1", "env[0].value: string is due here")]
    [InlineData("image: web", "command: [web]", "containers[0].image: missing")]
    [InlineData("memory: 1Gi", "memory: much", "limits.memory: quantity is due here")]
    [InlineData("whenUnsatisfiable: ScheduleAnyway", "whenUnsatisfiable: Never", "whenUnsatisfiable: one of DoNotSchedule|ScheduleAnyway")]
    [InlineData("ports: [{ name: http, containerPort: 80 }]", "ports: { name: http, containerPort: 80 }", "ports: list of ContainerPort")]
    [InlineData("policy/v1", "policy/v1beta1", "is no kind of a current API version")]
    [InlineData("autoscaling/v2", "autoscaling/v2beta2", "is no kind of a current API version")]
    public void WrongField_IsFound(string right, string wrong, string problem) =>
        Assert.Contains(problem, Assert.Single(ManifestSchema.Check(ManifestYaml.Documents(Broken(right, wrong)))), StringComparison.Ordinal);

    [Theory]
    [InlineData("matchLabels: { app: web } }\n  template", "matchLabels: { app: shop } }\n  template", "does not select its own pods")]
    [InlineData("spec: { selector: { app: web }", "spec: { selector: { app: shop }", "Service/web: its selector selects no pod")]
    [InlineData("maxUnavailable: 1, selector: { matchLabels: { app: web }", "maxUnavailable: 1, selector: { matchLabels: { app: shop }", "PodDisruptionBudget/web: its selector selects no pod")]
    [InlineData("podSelector: { matchLabels: { app: web }", "podSelector: { matchLabels: { app: shop }", "NetworkPolicy/web: its selector selects no pod")]
    [InlineData("labelSelector: { matchLabels: { app: web }", "labelSelector: { matchLabels: { app: shop }", "spread by the labels of other pods")]
    [InlineData("targetPort: http", "targetPort: https", "the pods have no port https")]
    [InlineData("ports: [{ port: http }]", "ports: [{ port: https }]", "has a port https")]
    [InlineData("httpGet: { path: /, port: http }", "httpGet: { path: /, port: https }", "has no port https, which its readinessProbe asks")]
    [InlineData("volumeMounts: [{ name: settings", "volumeMounts: [{ name: other", "the volume other is not there")]
    [InlineData("configMap: { name: settings", "configMap: { name: other", "the config map other is not there")]
    [InlineData("items: [{ key: a.conf", "items: [{ key: b.conf", "has no b.conf")]
    [InlineData("secretKeyRef: { name: users", "secretKeyRef: { name: others", "the secret others has no password")]
    [InlineData("key: password", "key: token", "the secret users has no token")]
    [InlineData("serviceAccountName: web", "serviceAccountName: shop", "its account shop is not there")]
    [InlineData("$(FIRST)", "$(THIRD)", "uses THIRD, which is not set before it")]
    [InlineData("name: SECOND", "name: FIRST", "FIRST is set twice")]
    [InlineData("kind: Deployment, name: web", "kind: Deployment, name: shop", "scales what is not there")]
    [InlineData("kind: ClusterRole, name: reader", "kind: ClusterRole, name: writer", "its role is not there")]
    [InlineData("name: web, namespace: shop }]", "name: web, namespace: home }]", "its subject web is not there")]
    public void WrongReference_IsFound(string right, string wrong, string problem) =>
        Assert.Contains(ManifestReferences.Check(ManifestYaml.Documents(Broken(right, wrong)), Secrets), p => p.Contains(problem, StringComparison.Ordinal));

    private static string Broken(string right, string wrong)
    {
        Assert.Contains(right, Right, StringComparison.Ordinal);
        return Right.Replace(right, wrong, StringComparison.Ordinal);
    }
}
