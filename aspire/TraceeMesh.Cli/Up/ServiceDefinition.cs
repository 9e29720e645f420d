namespace TraceeMesh.Cli.Up;

/// <param name="Name">The name of the service; its first replica is instance <c>name-1</c>.</param>
/// <param name="Project">The project that builds it, relative to the repository.</param>
/// <param name="Replicas">How many run.</param>
/// <param name="User">Who it runs as when root starts the mesh.</param>
/// <param name="Endpoints">The addresses it listens on: <c>http</c>, <c>grpc</c>.</param>
public sealed record ServiceDefinition(string Name, string Project, int Replicas, ServiceUser User, IReadOnlyList<string> Endpoints)
{
    public bool HasGrpc => Endpoints.Contains("grpc");
}
