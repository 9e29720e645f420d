using System.Diagnostics.Metrics;

namespace TraceeMesh.ServiceDefaults;

/// <summary>A number that only grows. Adding is one interlocked instruction.</summary>
public sealed class ServiceCounter
{
    private long _value;

    /// <summary>The number.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Adds to it.</summary>
    public void Add(long count = 1) => Interlocked.Add(ref _value, count);
}

/// <summary>The counters and gauges of a service: they appear in its heartbeat and, as <c>traceemesh_NAME</c>, in its metrics.</summary>
public sealed class ServiceCounters : IDisposable
{
    /// <summary>Name of the meter that holds them.</summary>
    public const string MeterName = "TraceeMesh";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Func<long>> _values = [];
    private readonly Dictionary<string, Func<IEnumerable<(string Thing, long Value)>>> _each = [];
    private readonly Meter _meter = new(MeterName);

    /// <summary>Adds a counter.</summary>
    /// <param name="name">In snake_case, without unit suffix <c>_total</c>, which the metrics add.</param>
    /// <param name="help">What it counts.</param>
    public ServiceCounter Counter(string name, string help)
    {
        var counter = new ServiceCounter();
        Counter(name, help, () => counter.Value);
        return counter;
    }

    /// <summary>Adds a number that somebody else counts.</summary>
    public void Counter(string name, string help, Func<long> read)
    {
        Add(name, read);
        _meter.CreateObservableCounter($"traceemesh_{name}", () => Read(name), description: help);
    }

    /// <summary>Adds a number of each of several things that come and go: in the metrics, with the thing as a label, and in no heartbeat.</summary>
    /// <param name="name">As above.</param>
    /// <param name="help">What it counts.</param>
    /// <param name="label">Name of the label.</param>
    /// <param name="read">Each thing and its number.</param>
    public void CounterOfEach(string name, string help, string label, Func<IEnumerable<(string Thing, long Value)>> read)
    {
        lock (_gate)
        {
            _each.Add(name, read);
        }

        _meter.CreateObservableCounter($"traceemesh_{name}", () => Measure(name, label), description: help);
    }

    /// <summary>Adds a number that goes up and down.</summary>
    public void Gauge(string name, string help, Func<long> read)
    {
        Add(name, read);
        _meter.CreateObservableGauge($"traceemesh_{name}", () => Read(name), description: help);
    }

    /// <summary>All of them, now.</summary>
    public Dictionary<string, long> Read()
    {
        lock (_gate)
        {
            return _values.ToDictionary(v => v.Key, v => v.Value());
        }
    }

    /// <summary>From now on all of them say what they say now: whoever counts is about to go. Nobody reads behind this call.</summary>
    public void Freeze()
    {
        lock (_gate)
        {
            foreach (var (name, read) in _values)
            {
                var last = read();
                _values[name] = () => last;
            }

            foreach (var (name, read) in _each)
            {
                var last = read().ToArray();
                _each[name] = () => last;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    // Read to the end under the lock: nobody reads while they are frozen.
    private Measurement<long>[] Measure(string name, string label)
    {
        lock (_gate)
        {
            return [.. _each[name]().Select(r => new Measurement<long>(r.Value, new KeyValuePair<string, object?>(label, r.Thing)))];
        }
    }

    private long Read(string name)
    {
        lock (_gate)
        {
            return _values[name]();
        }
    }

    private void Add(string name, Func<long> read)
    {
        lock (_gate)
        {
            if (!_values.TryAdd(name, read))
            {
                throw new ArgumentException($"there is a counter {name} already");
            }
        }
    }
}
