using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Connection;

/// <summary>The subjects of the mesh, under the prefix that the services read from the same variable.</summary>
internal static class MeshSubjects
{
    private const string Variable = "TRACEEMESH_SUBJECT_PREFIX";

    public static Subjects InForce { get; } = new(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } prefix ? prefix : Subjects.DefaultPrefix);
}
