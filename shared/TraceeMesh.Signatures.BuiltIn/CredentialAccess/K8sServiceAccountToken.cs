using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.CredentialAccess;

/// <summary>A process in a container reads the token by which its pod is known to Kubernetes.</summary>
public sealed class K8sServiceAccountToken : Signature
{
    private static readonly ProgramNames Owners = new(
        "flanneld", "kube-proxy", "etcd", "kube-apiserver", "coredns", "kube-controller", "kube-controller-manager", "kubectl");

    private readonly TextArgument _path = new(FileEvents.Open, FileEvents.OpenedPath);

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-108", "k8s_service_account_token")
    {
        Name = "K8s service account token file read",
        Description = "The token of the pod's service account was read. Whoever has it can do in the cluster what the pod may do.",
        Severity = Severity.Info,
        Category = "credential-access",
        Technique = "Exploitation for Credential Access",
        ExternalId = "T1212",
        StixId = "attack-pattern--9c306d8d-cde7-4b4c-b6e8-d0bb16caca36",
        Properties = [new("Kubernetes_Technique", "Container service account")],
        Misses = "Opens by io_uring. A token mounted elsewhere. Programs called like those that are known to need it (flanneld, kube-proxy, etcd, kube-apiserver, coredns, kube-controller-manager, kubectl).",
        FalsePositives = "Every client of the Kubernetes API in a pod.",
        Trigger = "in a pod: cat /var/run/secrets/kubernetes.io/serviceaccount/token",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [FileEvents.OpenedForReading(Origin.Container, ArgumentFilter.EndsWith(FileEvents.OpenedPath, "/token"))];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (_path[e].Bytes.IndexOf("/secrets/kubernetes.io/serviceaccount/"u8) >= 0 && !Owners.Has(StartedProgram.NameOf(e)))
        {
            Report(e);
        }

        return default;
    }
}
