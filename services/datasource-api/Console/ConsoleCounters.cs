using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>What is counted of open pages.</summary>
internal sealed class ConsoleCounters
{
    private int _open;

    /// <summary>Registers them.</summary>
    public ConsoleCounters(ServiceCounters counters)
    {
        Skipped = counters.Counter("console_findings_skipped", "Findings that a page was told of as a gap: it read too slowly, was away too long, or the stream had forgotten them");
        Malformed = counters.Counter("console_findings_malformed", "Messages of the findings stream that are no findings, and that no page shows");
        Turned = counters.Counter("console_streams_refused", "Streams of pages refused because too many were open");
        counters.Gauge("console_streams", "Pages that are open and live", () => Volatile.Read(ref _open));
    }

    /// <summary>Findings told of as a gap.</summary>
    public ServiceCounter Skipped { get; }

    /// <summary>Messages that are no findings.</summary>
    public ServiceCounter Malformed { get; }

    /// <summary>Streams refused.</summary>
    public ServiceCounter Turned { get; }

    /// <summary>Takes a place among the open streams; give it back with <see cref="Close"/>.</summary>
    public bool TryOpen()
    {
        if (Interlocked.Increment(ref _open) <= ConsoleLimits.Streams)
        {
            return true;
        }

        Close();
        Turned.Add();
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Close() => Interlocked.Decrement(ref _open);
}
