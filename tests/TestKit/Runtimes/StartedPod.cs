namespace TraceeMesh.TestKit.Runtimes;

/// <summary>A pod a test started.</summary>
/// <param name="SandboxId">Id of its sandbox container.</param>
/// <param name="Name">Its name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Uid">Its uid.</param>
public sealed record StartedPod(string SandboxId, string Name, string Namespace, string Uid);
