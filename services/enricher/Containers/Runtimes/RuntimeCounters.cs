using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>Answers of the runtimes by their status.</summary>
public sealed class RuntimeCounters
{
    private readonly ServiceCounter[] _answers;

    /// <summary>Adds one counter for each status.</summary>
    public RuntimeCounters(ServiceCounters counters)
    {
        // In the order of the enum.
        _answers =
        [
            counters.Counter("runtime_found", "Questions to container runtimes: containers found"),
            counters.Counter("runtime_not_found", "Questions to container runtimes: containers not known"),
            counters.Counter("runtime_unreachable", "Questions to container runtimes: nobody answered"),
            counters.Counter("runtime_timeout", "Questions to container runtimes: not answered in time"),
            counters.Counter("runtime_malformed", "Questions to container runtimes: replies that could not be read"),
            counters.Counter("runtime_too_large", "Questions to container runtimes: replies over the limit"),
            counters.Counter("runtime_refused", "Questions to container runtimes: refused"),
        ];
    }

    /// <summary>How many there were.</summary>
    public long this[RuntimeStatus status] => _answers[(int)status].Value;

    internal void Add(RuntimeStatus status) => _answers[(int)status].Add();
}
