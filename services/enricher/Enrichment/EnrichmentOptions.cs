using System.Globalization;
using Microsoft.Extensions.Configuration;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>How long runtimes are waited for, and how much waits with them.</summary>
public sealed record EnrichmentOptions
{
    private const string TimeoutKey = "ENRICHMENT_TIMEOUT";
    private const string MaxWaitKey = "PARKING_TIME";
    private const string MaxEventsKey = "PARKING_EVENTS";

    /// <summary>TRACEEMESH_ENRICHMENT_TIMEOUT, seconds: how long a runtime may take for one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>TRACEEMESH_PARKING_TIME, seconds: how long events of a container wait for the first answer.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>TRACEEMESH_PARKING_EVENTS: how many events of the node wait; at most <see cref="Limits.ParkedEvents"/>.</summary>
    public int MaxEvents { get; init; } = Limits.ParkedEvents;

    /// <summary>Reads what was configured.</summary>
    /// <exception cref="ServiceExitException">A value cannot be used.</exception>
    public static EnrichmentOptions From(IConfiguration configuration)
    {
        var defaults = new EnrichmentOptions();
        return new EnrichmentOptions
        {
            Timeout = Seconds(configuration, TimeoutKey, 0.01, defaults.Timeout),
            MaxWait = Seconds(configuration, MaxWaitKey, 0, defaults.MaxWait),
            MaxEvents = (int)Number(configuration, MaxEventsKey, 0, Limits.ParkedEvents, defaults.MaxEvents),
        };
    }

    private static TimeSpan Seconds(IConfiguration configuration, string key, double least, TimeSpan otherwise) =>
        TimeSpan.FromSeconds(Number(configuration, key, least, TimeSpan.FromHours(1).TotalSeconds, otherwise.TotalSeconds));

    private static double Number(IConfiguration configuration, string key, double least, double most, double otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        // "10s" is what the command line calls ten seconds.
        text = text.EndsWith('s') ? text[..^1] : text;
        return double.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new ServiceExitException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"TRACEEMESH_{key}={text}: give a number from {least} to {most}"));
    }
}
