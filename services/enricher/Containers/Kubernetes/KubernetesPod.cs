namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>What the API server says of a pod of this node.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="OwnerKind">Kind of what controls it, e.g. ReplicaSet; empty where nothing does.</param>
/// <param name="OwnerName">Name of what controls it.</param>
/// <param name="Labels">Its labels; bounded as those of a container.</param>
public sealed record KubernetesPod(
    string Uid, string Name, string Namespace, string OwnerKind, string OwnerName, IReadOnlyDictionary<string, string> Labels);
