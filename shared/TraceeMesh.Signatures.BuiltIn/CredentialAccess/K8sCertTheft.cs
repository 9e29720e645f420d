using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Files;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.CredentialAccess;

/// <summary>Keys and certificates of the Kubernetes control plane are read, or taken away.</summary>
public sealed class K8sCertTheft : Signature
{
    private const string Directory = "/etc/kubernetes/pki/";

    private static readonly ProgramNames Owners = new("kube-apiserver", "kubelet", "kube-controller", "kube-controller-manager", "etcd");

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1018", "k8s_cert_theft")
    {
        Name = "K8s TLS certificate theft detected",
        Description = "A key or certificate of the Kubernetes control plane was read or moved. Whoever has it can act as a part of the cluster.",
        Severity = Severity.High,
        Category = "credential-access",
        Technique = "Steal Application Access Token",
        ExternalId = "T1528",
        StixId = "attack-pattern--890c9858-598c-401d-a4d5-c67ebcdd703a",
        Misses = "Opens by io_uring. Keys kept elsewhere, or read through another mount. Programs called like those that own the keys.",
        FalsePositives = "kubeadm and backups of /etc.",
        Trigger = "mkdir -p /etc/kubernetes/pki; touch /etc/kubernetes/pki/test; cat /etc/kubernetes/pki/test",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
    [
        FileEvents.OpenedForReading(Origin.Any, ArgumentFilter.StartsWith(FileEvents.OpenedPath, Directory)),
        FileEvents.Renamed(Origin.Any, ArgumentFilter.StartsWith(FileEvents.OldPath, Directory)),
    ];

    /// <inheritdoc/>
    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (e.Definition.Id != EventIds.SecurityFileOpen || !Owners.Has(StartedProgram.NameOf(e)))
        {
            Report(e);
        }

        return default;
    }
}
