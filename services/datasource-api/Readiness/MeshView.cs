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

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Service, string Instance), (Heartbeat Heartbeat, long Seen)> _instances = [];
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
                    _instances[key] = (heartbeat, time.GetTimestamp());
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
}
