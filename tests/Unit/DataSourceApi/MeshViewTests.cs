using System.Text.Json;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.DataSourceApi.Readiness;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.DataSourceApi;

public sealed class MeshViewTests
{
    private readonly ManualTime _time = new();
    private readonly MeshView _view;

    public MeshViewTests()
    {
        _view = new MeshView(_time);
        _view.Expect(new Dictionary<string, int> { ["collector"] = 1, ["detector"] = 2 });
    }

    [Fact]
    public void Missing_NamesWhatIsNotReady_AndWhy()
    {
        Beat("collector", "n", Heartbeat.Ready);
        Beat("detector", "d1", Heartbeat.Ready);
        Beat("detector", "d2", Heartbeat.Degraded, "no lease");

        Assert.Equal(["detector: 1 of 2 ready. d2 is degraded: no lease."], _view.Missing());
    }

    [Fact]
    public void AllReady_MissesNothing()
    {
        Beat("collector", "n", Heartbeat.Ready);
        Beat("detector", "d1", Heartbeat.Ready);
        Beat("detector", "d2", Heartbeat.Ready);

        Assert.Empty(_view.Missing());
    }

    [Fact]
    public void Silence_CountsAsMissing()
    {
        Beat("collector", "n", Heartbeat.Ready);
        _time.Advance(MeshView.Silence + TimeSpan.FromSeconds(1));

        Assert.Contains(_view.Missing(), m => m.StartsWith("collector: 0 of 1", StringComparison.Ordinal));
        Assert.Empty(_view.Live());
    }

    [Fact]
    public void Stopping_IsGoneAtOnce()
    {
        Beat("collector", "n", Heartbeat.Ready);
        Beat("collector", "n", Heartbeat.Stopping);

        Assert.Empty(_view.Live());
    }

    [Fact]
    public void Service_ThatFellSilent_IsShownAsSilent_ForAWhile()
    {
        Beat("collector", "n", Heartbeat.Ready);

        _time.Advance(MeshView.Silence);
        Assert.Equal(ServiceState.Silent, Assert.Single(_view.States()).State);
        Assert.Empty(_view.Live());

        _time.Advance(MeshView.Remembered);
        Assert.Empty(_view.States());
    }

    [Fact]
    public void Rates_AreOfTheLastTwoHeartbeats_AndNoneAcrossARestart()
    {
        Count(1, 1000, ("frames", 10), ("errors", 3));
        Count(1, 3000, ("frames", 30), ("errors", 3));
        Assert.Equal(new Dictionary<string, double> { ["frames"] = 10 }, Assert.Single(_view.States()).Rates);

        Count(2, 4000, ("frames", 50), ("errors", 3));
        Assert.Empty(Assert.Single(_view.States()).Rates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"service\":5}")]
    public void Nonsense_IsRefused(string message) => Assert.False(_view.TryAdd(System.Text.Encoding.UTF8.GetBytes(message)));

    private void Count(long started, long milliseconds, params (string Name, long Value)[] counters) => Assert.True(_view.TryAdd(JsonSerializer.SerializeToUtf8Bytes(
        new Heartbeat { Service = "collector", Instance = "n", Node = "n", Pid = 1, State = Heartbeat.Ready, Started = started, Timestamp = milliseconds * 1_000_000, Counters = counters.ToDictionary(c => c.Name, c => c.Value) },
        MeshJson.Default.Heartbeat)));

    private void Beat(string service, string instance, string state, string reason = "") => Assert.True(_view.TryAdd(JsonSerializer.SerializeToUtf8Bytes(
        new Heartbeat { Service = service, Instance = instance, Node = "n", Pid = 1, State = state, Reason = reason, Started = 0, Timestamp = 0 },
        MeshJson.Default.Heartbeat)));
}
