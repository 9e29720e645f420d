using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Silence;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Silence;

public sealed class SensorsTests
{
    private readonly ManualTime _time = new();
    private readonly Sensors _sensors;

    public SensorsTests() => _sensors = new Sensors(_time);

    [Fact]
    public void Service_ThatMissedThreeBeats_IsSilentUntilItBeatsAgain()
    {
        _sensors.Hear(Beat("e1"));
        _time.Advance(3 * Heartbeat.Interval);
        Assert.Empty(_sensors.Silent());

        _time.Advance(Heartbeat.Interval);
        Assert.Equal("e1", Assert.Single(_sensors.Silent()).Instance);

        _sensors.Hear(Beat("e1"));
        Assert.Empty(_sensors.Silent());
    }

    [Fact]
    public void Service_ThatSaidItStops_IsNotMissed()
    {
        _sensors.Hear(Beat("e1"));
        _sensors.Hear(Beat("e1", Heartbeat.Stopping));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(_sensors.Silent());
    }

    [Fact]
    public void Time_InWhichNobodyCouldBeHeard_DoesNotCount()
    {
        _sensors.Hear(Beat("e1"));
        _time.Advance(TimeSpan.FromMinutes(1));
        _sensors.Excuse();
        Assert.Empty(_sensors.Silent());

        _time.Advance(Heartbeat.Silence);
        Assert.Single(_sensors.Silent());
    }

    [Fact]
    public void Forget_OfOneThatBeatMeanwhile_KeepsIt()
    {
        var first = Beat("e1");
        _sensors.Hear(first);
        _sensors.Hear(Beat("e1"));
        _sensors.Forget(first);
        _time.Advance(Heartbeat.Silence);

        Assert.Single(_sensors.Silent());
    }

    [Fact]
    public void Heartbeat_HeardOf_DoesNotReplaceOneThatWasHeard()
    {
        _sensors.Hear(Beat("e1"));
        _time.Advance(Heartbeat.Silence);
        _sensors.HearOf(Beat("e1"));
        _sensors.HearOf(Beat("e2"));

        Assert.Equal("e1", Assert.Single(_sensors.Silent()).Instance);
    }

    [Fact]
    public void Services_BeyondTheBound_AreCounted()
    {
        for (var i = 0; i <= Sensors.MaxSensors; i++)
        {
            _sensors.Hear(Beat($"e{i}"));
        }

        Assert.Equal(1, _sensors.Refused);
    }

    private static Heartbeat Beat(string instance, string state = Heartbeat.Ready) => new()
    {
        Service = "enricher",
        Instance = instance,
        Node = "node-a",
        Pid = 1,
        State = state,
        Started = 1,
        Timestamp = 2,
    };
}
