using TraceeMesh.Capture;
using TraceeMesh.Contracts;
using TraceeMesh.Replay.Feeding;
using TraceeMesh.ServiceDefaults;

// The collector of a machine that cannot load programs into its kernel: what it collects comes from a capture.
return await MeshHost.RunAsync("collector", args, Collector.RunAsync, new MeshHostSetup
{
    Flags = new Dictionary<string, string> { ["--capture"] = Collector.CaptureKey, ["--speed"] = Collector.SpeedKey, ["--spread"] = Collector.SpreadKey },
});

/// <summary>A collector that feeds a capture.</summary>
internal static partial class Collector
{
    public const string CaptureKey = "CAPTURE";
    public const string SpeedKey = "REPLAY_SPEED";
    public const string SpreadKey = "SPREAD";

    public static async Task RunAsync(MeshHost host, CancellationToken cancellation)
    {
        var options = host.Options;
        var capture = Open(options.Configuration[CaptureKey] ?? throw new ServiceExitException(ExitCode.Usage, "--capture FILE: which capture is to be replayed?"));
        if (!ReplaySpeed.TryParse(options.Configuration[SpeedKey] ?? "1x", out var speed))
        {
            throw new ServiceExitException(ExitCode.Usage, $"--speed {options.Configuration[SpeedKey]}: give 1x, 10x or max");
        }

        if (!int.TryParse(options.Configuration[SpreadKey] ?? "1", out var spread) || spread is < 1 or > Partitioning.Partitions)
        {
            throw new ServiceExitException(ExitCode.Usage, $"--spread {options.Configuration[SpreadKey]}: give a number from 1 to {Partitioning.Partitions}");
        }

        using var feeder = new CaptureFeeder(host.Bus, host.Subjects, capture, new FeedTarget(options.Node, speed, spread));
        host.Counters.Counter("collector_frames", "Raw frames", () => feeder.Frames);
        host.Counters.Counter("collector_produced", "Records of the capture", () => feeder.Records);
        host.Health.Ready();
        await feeder.RunAsync(cancellation);
        LogDone(host.Log, feeder.Frames, feeder.Records);
        await Task.Delay(Timeout.InfiniteTimeSpan, host.Time, cancellation);
    }

    private static CaptureFile Open(string path)
    {
        try
        {
            return CaptureFile.Open(path);
        }
        catch (Exception e) when (e is CaptureException or IOException or UnauthorizedAccessException)
        {
            throw new ServiceExitException(ExitCode.Usage, $"{path} cannot be replayed: {e.Message}");
        }
    }

    [Microsoft.Extensions.Logging.LoggerMessage(150, Microsoft.Extensions.Logging.LogLevel.Information, "the capture is replayed: {Frames} frames, {Records} records")]
    private static partial void LogDone(Microsoft.Extensions.Logging.ILogger log, long frames, long records);
}
