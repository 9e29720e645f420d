namespace TraceeMesh.TestKit.Runtimes;

/// <summary>A container a test started, and what the mesh should say about it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Image">Its image as the runtime names it.</param>
/// <param name="Digest">Digest of the image as the runtime tells it; empty where it tells none.</param>
/// <param name="Pod">The pod it is in; null outside of pods.</param>
public sealed record StartedContainer(string Id, string Name, string Image, string Digest, StartedPod? Pod = null);
