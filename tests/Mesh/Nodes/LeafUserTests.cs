using System.Diagnostics;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>The users that <c>tmesh init-kubernetes</c> writes: the mesh goes with them, and nobody may more than that.</summary>
public sealed class LeafUserTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Subjects _subjects = new();
    private Hub _hub = null!;
    private LeafNode _node = null!;

    private string Users => _directory["users/bus-users"];

    public async Task InitializeAsync()
    {
        using (var init = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "tmesh.dll"), "init-kubernetes", "--out", _directory["users"]]) { RedirectStandardOutput = true })!)
        {
            Assert.Contains($"--from-file={Users}", await init.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
            await init.WaitForExitAsync();
        }

        _hub = await Hub.StartAsync(Users);
        _node = await LeafNode.StartAsync("node-a", _hub);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _hub.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task EventsOfANode_AreFound()
    {
        using var detector = new ServiceProcess(_hub.Server.Url, ServiceProcess.Detector, "--instance", "d1", "--credentials", Path.Combine(Users, "detector.json"));
        await using var tmesh = await ConnectAsync(_directory["users/tmesh.json"]);
        using var findings = tmesh.Subscribe(_subjects.AllFindings);
        await _node.SendAsync(10);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var found = 0; found < 10;)
        {
            using var finding = await findings.ReadAsync(patience.Token) ?? throw new InvalidOperationException("closed");
            found += finding.Subject.Contains("anti_debugging", StringComparison.Ordinal) ? 1 : 0;
        }
    }

    [Theory]
    [InlineData("detector.json")]
    [InlineData("datasource-api.json")]
    [InlineData("collector.json")]
    public async Task AtTheHub_NobodySpeaksForANode(string user)
    {
        var credentials = Path.Combine(Users, user);
        if (user == "collector.json")
        {
            // Those of a node are nobody at the hub.
            Assert.Equal(BusErrorKind.Unauthorized, (await Assert.ThrowsAsync<BusException>(() => ConnectAsync(credentials))).Kind);
            return;
        }

        await using var bus = await ConnectAsync(credentials);
        var refused = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.FaultReported += fault => refused.TrySetResult(fault.Text);
        bus.TryPublish(_subjects.Events("node-a", 0), "x"u8, BusHeaders.None);

        Assert.Contains("tracee.events.node-a.0", await refused.Task.WaitAsync(TimeSpan.FromSeconds(10)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RawFrames_AreNobodysAtTheHub()
    {
        await using var bus = await ConnectAsync(_directory["users/tmesh.json"]);
        var refused = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.FaultReported += fault => refused.TrySetResult(fault.Text);
        using var raw = bus.Subscribe(_subjects.AllRaw);

        Assert.Contains("tracee.raw", await refused.Task.WaitAsync(TimeSpan.FromSeconds(10)), StringComparison.Ordinal);
    }

    private async Task<BusConnection> ConnectAsync(string file)
    {
        var credentials = BusCredentials.Read(file)!;
        return await BusConnection.ConnectAsync(new BusOptions { Urls = [_hub.Server.Url], User = credentials.User, Password = credentials.Password });
    }
}
