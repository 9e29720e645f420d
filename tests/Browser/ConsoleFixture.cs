using Microsoft.Playwright;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>A whole mesh into which a capture was replayed, and a browser.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    /// <summary>The finding of the capture: in a container, by a process with ancestors.</summary>
    public const string Captured = "dropped_executable";

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private BusConnection? _detector;

    public LiveMesh Mesh { get; private set; } = null!;

    public string Address => $"http://{Mesh.ReadyLine.Split("console http://")[1].Split(' ')[0]}";

    /// <summary>Where it is in the stream.</summary>
    public long CapturedSequence { get; private set; }

    public async Task InitializeAsync()
    {
        if (Chromium.Obstacle is not null)
        {
            return; // Every test says so.
        }

        Mesh = await LiveMesh.StartAsync("--replay", SourceTree.File($"tests/captures/{Captured}.capture"), "--speed", "max");
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
        _detector = await Mesh.ConnectAsync("detector");
        await using var client = await Mesh.ConnectAsync("tmesh");
        var stream = new StreamTable(new Subjects()).Findings.Name;
        await TestWait.Until(
            async () => (CapturedSequence = (await new JetStream(client).GetLastMessageAsync(stream, $"tracee.findings.*.{Captured}.*"))?.Sequence ?? 0) > 0,
            $"{Captured} is found",
            60,
            Mesh.Describe);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_detector is not null)
        {
            await _detector.DisposeAsync();
        }

        if (Mesh is not null)
        {
            await Mesh.DisposeAsync();
        }
    }

    /// <summary>Opens a page in a browser profile of its own.</summary>
    internal Task<WatchedPage> OpenAsync(string path, BrowserNewContextOptions? options = null) => WatchedPage.OpenAsync(_browser!, Address, path, options);

    /// <summary>Stores findings as a detector does; returns the sequence of the last.</summary>
    internal async Task<long> StoreAsync(params IReadOnlyList<FindingMessage> findings)
    {
        var jetStream = new JetStream(_detector!);
        var acknowledged = await Task.WhenAll(findings.Select(f => jetStream.PublishAsync(f.Subject, f.Payload, f.Id, BusHeaders.Json).AsTask()));
        Assert.All(acknowledged, a => Assert.Equal(PublishAckStatus.Stored, a.Status));
        return acknowledged.Max(a => a.Sequence);
    }
}
