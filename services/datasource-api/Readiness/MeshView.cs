using System.Text.Json;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.DataSourceApi.Readiness;

/// <summary>What the services of the mesh last said of themselves. One that has been silent for <see cref="Silence"/> does not count.</summary>
/// <param name="time">The clock that silence is measured on.</param>
public sealed class MeshView(TimeProvider time)
{
    /// <summary>Three heartbeats missed.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(3.5);

    /// <summary>Instances that are remembered; further ones are not shown.</summary>
    public const int Capacity = 1024;

    /// <summary>How long a service that fell silent is shown.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Service, string Instance), (Heartbeat Heartbeat, Heartbeat? Before, long Seen)> _instances = [];
    private IReadOnlyDictionary<string, int> _expected = new Dictionary<string, int>();

    /// <summary>How many instances of each service there are to be.</summary>
    public void Expect(IReadOnlyDictionary<string, int> expected) => _expected = expected;

    /// <summary>Takes a heartbeat; false when it cannot be read.</summary>
    public bool TryAdd(ReadOnlySpan<byte> message)
    {
        try
        {
            if (JsonSerializer.Deserialize(message, MeshJson.Default.Heartbeat) is not { } heartbeat)
            {
                return false;
            }

            lock (_gate)
            {
                var key = (heartbeat.Service, heartbeat.Instance);
                if (heartbeat.State == Heartbeat.Stopping)
                {
                    _instances.Remove(key);
                }
                else if (_instances.Count < Capacity || _instances.ContainsKey(key))
                {
                    _instances[key] = (heartbeat, _instances.GetValueOrDefault(key).Heartbeat, time.GetTimestamp());
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The instances that speak, by service and name.</summary>
    public IReadOnlyList<Heartbeat> Live()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            return [.. _instances.Values
                .Where(i => time.GetElapsedTime(i.Seen, now) < Silence)
                .Select(i => i.Heartbeat)
                .OrderBy(h => h.Service, StringComparer.Ordinal)
                .ThenBy(h => h.Instance, StringComparer.Ordinal)];
        }
    }

    /// <summary>Every instance that speaks, and those that fell silent within <see cref="Remembered"/>.</summary>
    public IReadOnlyList<ServiceState> States()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            return [.. _instances.Values
                .Select(i => (i.Heartbeat, i.Before, Since: time.GetElapsedTime(i.Seen, now)))
                .Where(i => i.Since < Remembered)
                .Select(i => Describe(i.Heartbeat, i.Before, i.Since >= Silence))
                .OrderBy(s => s.Service, StringComparer.Ordinal)
                .ThenBy(s => s.Instance, StringComparer.Ordinal)];
        }
    }

    /// <summary>What the mesh lacks, one line each; nothing when it is ready.</summary>
    public IReadOnlyList<string> Missing()
    {
        var live = Live();
        var missing = new List<string>();
        foreach (var (service, count) in _expected)
        {
            var ready = live.Count(h => h.Service == service && h.State == Heartbeat.Ready);
            if (ready < count)
            {
                var reasons = live.Where(h => h.Service == service && h.State != Heartbeat.Ready).Select(h => $" {h.Instance} is {h.State}: {h.Reason}.");
                missing.Add($"{service}: {ready} of {count} ready.{string.Concat(reasons)}");
            }
        }

        return missing;
    }

    private static ServiceState Describe(Heartbeat heartbeat, Heartbeat? before, bool isSilent) => new()
    {
        Service = heartbeat.Service,
        Instance = heartbeat.Instance,
        Node = heartbeat.Node,
        Pid = heartbeat.Pid,
        State = isSilent ? ServiceState.Silent : heartbeat.State,
        Reason = isSilent ? $"was {heartbeat.State}, and stopped beating without saying why" : heartbeat.Reason,
        Started = heartbeat.Started,
        LastHeartbeat = heartbeat.Timestamp,
        UnavailableEvents = heartbeat.UnavailableEvents,
        Counters = heartbeat.Counters,
        Rates = isSilent || before is null ? new Dictionary<string, double>() : Rates(heartbeat, before),
    };

    private static Dictionary<string, double> Rates(Heartbeat now, Heartbeat before)
    {
        var rates = new Dictionary<string, double>();
        var seconds = (now.Timestamp - before.Timestamp) / 1e9;
        if (seconds <= 0 || now.Started != before.Started)
        {
            return rates;
        }

        foreach (var (name, value) in now.Counters)
        {
            if (before.Counters.TryGetValue(name, out var old) && value > old)
            {
                rates[name] = Math.Round((value - old) / seconds, 1);
            }
        }

        return rates;
    }
}
