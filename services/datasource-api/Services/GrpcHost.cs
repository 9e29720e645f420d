using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Audit;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.Grpc;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>The gRPC server of this service, put together: the one place that a gRPC library would change.</summary>
public sealed class GrpcHost
{
    private readonly GrpcServer _server;
    private readonly HealthService _health;

    /// <summary>Puts it together.</summary>
    public GrpcHost(MeshHost host, IReadOnlyList<SourceReplica> replicas, OtherSources others, AccessPolicy policy, AuditLog audit)
    {
        Desk = new SourceDesk(replicas, others, policy, audit, host.Options.Instance, host.Time);
        var budget = new StreamBudget();
        GrpcService[] services = [new TraceeDataSourceService(Desk, budget).Service, new MeshDataSourcesService(Desk).Service];
        _health = new HealthService(services);
        services = [.. services, _health.Service];
        _server = new GrpcServer([.. services, .. new ReflectionService(services).Services], new GrpcServerOptions { Time = host.Time, Refused = Desk.EnterRefused }, host.Log);
        host.Counters.Counter("grpc_calls", "gRPC calls", () => _server.Calls);
        host.Counters.Counter("grpc_failures", "gRPC calls that ended with an error of this service", () => _server.Failures);
        host.Counters.Gauge("grpc_stream_bytes", "Bytes that streams hold which are not written yet", () => budget.Taken);
    }

    /// <summary>What all writes have in common.</summary>
    public SourceDesk Desk { get; }

    /// <summary>Answers calls.</summary>
    public void Map(WebApplication web) => web.UseGrpc(_server);

    /// <summary>Tells whether every source has caught up.</summary>
    public void SetServing(bool serving) => _health.Serving = serving;
}
