using TraceeMesh.Capture;
using TraceeMesh.Contracts;
using TraceeMesh.Replay.Feeding;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;

// The collector of a machine that cannot load programs into its kernel: what it collects comes from a capture.
return await MeshHost.RunAsync("collector", args, Collector.RunAsync, new MeshHostSetup
{
    Program = MeshPrograms.Replay,
});

/// <summary>A collector that feeds a capture.</summary>
internal static partial class Collector
{
    public static async Task RunAsync(MeshHost host, CancellationToken cancellation)
    {
        var options = host.Options;
        var capture = Open(options.Get(MeshSettings.Capture) ?? throw new ServiceExitException(ExitCode.Usage, "--capture FILE: which capture is to be replayed?"));
        if (!ReplaySpeed.TryParse(options.Get(MeshSettings.ReplaySpeed)!, out var speed))
        {
            throw new ServiceExitException(ExitCode.Usage, $"--speed {options.Get(MeshSettings.ReplaySpeed)}: give 1x, 10x or max");
        }

        using var feeder = new CaptureFeeder(host.Bus, host.Subjects, capture, new FeedTarget(options.Node, speed, options.Get(MeshSettings.Spread)));
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
