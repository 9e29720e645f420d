using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi;

/// <summary>
/// The main flow of datasource-api:
/// 1. read what is expected of the mesh; 2. follow the heartbeats of all services; 3. answer health, metrics and the status page until stopped.
/// </summary>
public sealed class Pipeline(MeshView view)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(MeshHost host, CancellationToken cancellation)
    {
        // 1. What is expected.
        view.Expect(MeshExpectation.Parse(host.Options.Configuration["EXPECT"] ?? ""));
        RefuseAbsent(host.Options.Configuration["SOURCES"]);

        // 2. Heartbeats.
        var malformed = host.Counters.Counter("heartbeats_malformed", "Heartbeats that could not be read");
        using var heartbeats = host.Bus.Subscribe(host.Subjects.AllHeartbeats);
        host.Counters.Counter("heartbeats_dropped", "Heartbeats that came faster than they were read", () => heartbeats.Dropped);
        host.Health.Ready();

        // 3. Until stopped.
        await foreach (var message in heartbeats.ReadAllAsync(cancellation))
        {
            using (message)
            {
                if (!view.TryAdd(message.Payload))
                {
                    malformed.Add();
                }
            }
        }
    }

    private static void RefuseAbsent(string? sources)
    {
        if (sources is not null && !Directory.Exists(sources))
        {
            throw new ServiceExitException(ExitCode.Usage, $"--sources {sources}: there is no such directory");
        }
    }
}
