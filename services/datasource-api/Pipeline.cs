using TraceeMesh.Bus;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Audit;
using TraceeMesh.DataSourceApi.Console;
using TraceeMesh.DataSourceApi.Lookups;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Services;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;

namespace TraceeMesh.DataSourceApi;

/// <summary>
/// The main flow of datasource-api:
/// 1. read which sources there are and who may do what; 2. keep a replica of each in step with its log; 3. answer lookups over the bus and
/// writes over gRPC; 4. be ready once every source has caught up; 5. follow the heartbeats of all services, and the mesh
/// for those who look at it in the console, until stopped.
/// </summary>
public sealed class Pipeline
{
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(100);

    private readonly MeshView _view;
    private readonly MeshHost _host;
    private readonly JetStream _jetStream;
    private readonly List<SourceReplica> _replicas;
    private readonly AuditLog _audit;
    private readonly OtherSources _others;

    /// <summary>Puts it together.</summary>
    /// <exception cref="ServiceExitException">What was configured cannot be used.</exception>
    public Pipeline(MeshHost host, MeshView view)
    {
        _host = host;
        _view = view;
        _jetStream = new JetStream(host.Bus);

        // 1. Sources and policy.
        view.Expect(host.Options.Get(MeshSettings.Expect) ?? new Dictionary<string, int>());
        string[] directories = [Path.Combine(AppContext.BaseDirectory, "sources"), .. host.Options.Get(MeshSettings.Sources) is { } more ? new[] { more } : []];
        _replicas = [.. SourceCatalog.Load(directories, host.Options.Get(MeshSettings.Plugins)).Select(s => new SourceReplica(s, host.Bus, host.Subjects, _jetStream))];
        _audit = new AuditLog(_jetStream, host.Subjects, host.Counters);
        _others = new OtherSources(host.Bus);
        var policy = host.Options.Get(MeshSettings.Access) is { } file ? AccessPolicyReader.Read(file) : AccessPolicy.Open;
        Grpc = new GrpcHost(host, _replicas, _others, policy, _audit);
        Console = new ConsoleHost(host, view, _jetStream, _others, Grpc.Desk, policy);
        host.Counters.Gauge("source_entries", "Entries of all writable sources", () => _replicas.Sum(r => (long)r.Count));
        host.Counters.Counter("log_records_malformed", "Records of logs that could not be read", () => _replicas.Sum(r => r.Malformed));
        host.Counters.Counter("source_code_late", "Calls of the code of sources that did not come back in time, or were not made because of it", () => _replicas.Sum(r => r.CodeLate));
    }

    /// <summary>The gRPC server.</summary>
    public GrpcHost Grpc { get; }

    /// <summary>The console.</summary>
    public ConsoleHost Console { get; }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var buffered = await _host.ConnectBufferedAsync(cancellation);
        var counters = new LookupCounters(_host.Counters);
        var flows = new List<Task>
        {
            _audit.RunAsync(buffered, stop.Token),
            _others.RunAsync(stop.Token),
            BeReadyAsync(stop.Token),
            FollowHeartbeatsAsync(stop.Token),
            Console.RunAsync(stop.Token),
        };
        foreach (var replica in _replicas)
        {
            // 2. The replica.
            flows.Add(new LogFollower(replica, _jetStream, buffered, _host.Subjects, _host.Log).RunAsync(stop.Token));

            // 3. Lookups.
            flows.Add(new SourceEndpoints(replica, _host.Bus, _host.Subjects, _host.Options.Instance, counters, _host.Log).RunAsync(stop.Token));
        }

        try
        {
            await await Task.WhenAny(flows);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(flows).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // 4. Ready.
    private async Task BeReadyAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(ReadyPoll, _host.Time);
        var ready = false;
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var behind = _replicas.Find(r => !r.IsReady);
            if (behind is not null && ready)
            {
                _host.Health.Degraded($"{behind.Definition.Name} is being read anew");
            }
            else if (behind is null && !ready)
            {
                _host.Health.Ready();
            }

            ready = behind is null;
            Grpc.SetServing(ready);
        }
    }

    // 5. Heartbeats.
    private async Task FollowHeartbeatsAsync(CancellationToken cancellation)
    {
        var malformed = _host.Counters.Counter("heartbeats_malformed", "Heartbeats that could not be read");
        using var heartbeats = _host.Bus.Subscribe(_host.Subjects.AllHeartbeats);
        _host.Counters.Counter("heartbeats_dropped", "Heartbeats that came faster than they were read", () => heartbeats.Dropped);
        await foreach (var message in heartbeats.ReadAllAsync(cancellation))
        {
            using (message)
            {
                if (!_view.TryAdd(message.Payload))
                {
                    malformed.Add();
                }
            }
        }
    }
}
