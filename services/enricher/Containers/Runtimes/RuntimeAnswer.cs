namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>What a runtime said of one container.</summary>
/// <param name="Status">How the question ended.</param>
/// <param name="Details">What it knows, where <paramref name="Status"/> is <see cref="RuntimeStatus.Found"/>.</param>
/// <param name="Reason">What went wrong, for people; empty where nothing did.</param>
public sealed record RuntimeAnswer(RuntimeStatus Status, ContainerDetails? Details = null, string Reason = "");
