using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Detector.Silence;

/// <summary>The services that beat, by this detector's own clock. One thread hears, another asks.</summary>
/// <param name="time">The clock.</param>
public sealed class Sensors(TimeProvider time)
{
    /// <summary>Instances known at most; further ones are not watched, counted.</summary>
    public const int MaxSensors = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Service, string Instance), Sensor> _known = [];

    /// <summary>Heartbeats of instances that found no room.</summary>
    public long Refused { get; private set; }

    /// <summary>Takes note of a heartbeat. Who says that it stops is not missed.</summary>
    public void Hear(Heartbeat heartbeat)
    {
        var key = (heartbeat.Service, heartbeat.Instance);
        lock (_gate)
        {
            if (heartbeat.State == Heartbeat.Stopping)
            {
                _known.Remove(key);
            }
            else if (_known.Count < MaxSensors || _known.ContainsKey(key))
            {
                _known[key] = new Sensor(heartbeat, time.GetTimestamp());
            }
            else
            {
                Refused++;
            }
        }
    }

    /// <summary>Takes note of a heartbeat that somebody else has heard: its sender has from now on to beat again.</summary>
    public void HearOf(Heartbeat heartbeat)
    {
        lock (_gate)
        {
            if (_known.ContainsKey((heartbeat.Service, heartbeat.Instance)))
            {
                return;
            }
        }

        Hear(heartbeat);
    }

    /// <summary>Nobody can have been heard: everybody's time begins anew.</summary>
    public void Excuse()
    {
        lock (_gate)
        {
            foreach (var (key, sensor) in _known)
            {
                _known[key] = sensor with { Heard = time.GetTimestamp() };
            }
        }
    }

    /// <summary>Forgets an instance unless it has beaten again.</summary>
    /// <param name="last">The last heartbeat known of it.</param>
    public void Forget(Heartbeat last)
    {
        lock (_gate)
        {
            if (_known.TryGetValue((last.Service, last.Instance), out var sensor) && ReferenceEquals(sensor.Last, last))
            {
                _known.Remove((last.Service, last.Instance));
            }
        }
    }

    /// <summary>The last heartbeats of those that have been silent for too long.</summary>
    public IReadOnlyList<Heartbeat> Silent()
    {
        lock (_gate)
        {
            List<Heartbeat>? silent = null;
            foreach (var sensor in _known.Values)
            {
                if (time.GetElapsedTime(sensor.Heard) >= Heartbeat.Silence)
                {
                    (silent ??= []).Add(sensor.Last);
                }
            }

            return silent ?? (IReadOnlyList<Heartbeat>)[];
        }
    }

    private readonly record struct Sensor(Heartbeat Last, long Heard);
}
