using TraceeMesh.Grpc.Health;

namespace TraceeMesh.Grpc;

/// <summary>The standard health check, <c>grpc.health.v1.Health</c>.</summary>
public sealed class HealthService
{
    private readonly HashSet<string> _names;
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _serving;

    /// <summary>Answers for the whole server (the empty name) and for some services, all in one state: not serving until told.</summary>
    public HealthService(IEnumerable<GrpcService> services)
    {
        _names = [.. services.Select(s => s.Descriptor.FullName), ""];
        Service = new GrpcService(HealthReflection.Descriptor.Services[0])
            .Unary<HealthCheckRequest, HealthCheckResponse>("Check", (request, _) => Task.FromResult(Check(request.Service)))
            .ServerStreaming<HealthCheckRequest, HealthCheckResponse>("Watch", WatchAsync);
    }

    /// <summary>The service, for the server.</summary>
    public GrpcService Service { get; }

    /// <summary>Whether the server does its work.</summary>
    public bool Serving
    {
        get => _serving;
        set
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (_serving == value)
                {
                    return;
                }

                _serving = value;
                changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }
    }

    private HealthCheckResponse.Types.ServingStatus Status => _serving ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing;

    private HealthCheckResponse Check(string service) => _names.Contains(service)
        ? new HealthCheckResponse { Status = Status }
        : throw new GrpcException(GrpcStatusCode.NotFound, $"unknown service {service}");

    private async Task WatchAsync(HealthCheckRequest request, GrpcResponses<HealthCheckResponse> responses, GrpcCall call)
    {
        while (true)
        {
            Task changed;
            var status = HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            lock (_gate)
            {
                changed = _changed.Task;
                if (_names.Contains(request.Service))
                {
                    status = Status;
                }
            }

            await responses.WriteAsync(new HealthCheckResponse { Status = status });
            await changed.WaitAsync(call.Cancellation);
        }
    }
}
