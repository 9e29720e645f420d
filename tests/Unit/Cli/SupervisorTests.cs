using System.Threading.Channels;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class SupervisorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();
    private readonly StringWriter _messages = new();
    private readonly Channel<StandInProcess> _started = Channel.CreateBounded<StandInProcess>(16);
    private readonly Supervisor _supervisor;
    private bool _heedsTerm = true;
    private int _pid = 100;

    public SupervisorTests() => _supervisor = new Supervisor("detector-1", Start, _messages, _time);

    public void Dispose()
    {
        _supervisor.Dispose();
        _messages.Dispose();
    }

    [Fact]
    public async Task Service_Crashed_IsStartedAgainAfterTheFirstDelayAndSaidOnce()
    {
        await _supervisor.Start();
        (await Next()).End(137);
        await _time.TimersArmed(1);
        Assert.False(_started.Reader.TryPeek(out _));

        _time.Advance(RestartPolicy.FirstDelay);
        var second = await Next();

        Assert.Equal(101, second.Pid);
        Assert.Equal(1, _supervisor.Restarts);
        Assert.Equal("detector-1 ended (killed by signal 9): restart 1 after 0.2 s\n", _messages.ToString());
        await _supervisor.Stop(Patience);
    }

    [Fact]
    public async Task Service_EndedAfterStopWasAnnounced_IsNotStartedAgain()
    {
        await _supervisor.Start();
        var process = await Next();

        _supervisor.Announce();
        process.End(130);
        await _supervisor.Stop(Patience);

        Assert.False(_started.Reader.TryPeek(out _));
        Assert.Equal("", _messages.ToString());
    }

    [Fact]
    public async Task Service_EndedByTheSameCtrlCJustBeforeTheRunnerHeardIt_IsNotStartedAgain()
    {
        await _supervisor.Start();
        (await Next()).End(130);
        await _time.TimersArmed(1);

        await _supervisor.Stop(Patience);
        _time.Advance(RestartPolicy.MaxDelay);

        Assert.False(_started.Reader.TryPeek(out _));
        Assert.Equal("", _messages.ToString());
    }

    [Fact]
    public async Task Stop_OfAServiceThatDoesNotHeed_KillsItAfterThePatience()
    {
        _heedsTerm = false;
        await _supervisor.Start();
        var process = await Next();

        var stopped = _supervisor.Stop(Patience);
        await _time.TimersArmed(1);
        Assert.Equal([2], process.Signals);
        _time.Advance(Patience);
        await stopped;

        Assert.Equal([2, 9], process.Signals);
        Assert.Contains("killed", _messages.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.NoBtf)]
    [InlineData(ExitCode.NoPrivilege)]
    [InlineData(ExitCode.Usage)]
    public async Task Service_EndedForAReasonThatStays_IsGivenUp(int exitCode)
    {
        await _supervisor.Start();
        (await Next()).End(exitCode);

        Assert.Equal(exitCode, await _supervisor.GaveUp);
        Assert.False(_started.Reader.TryPeek(out _));
    }

    private Task<ISupervisedProcess> Start()
    {
        var process = new StandInProcess(_pid++, _heedsTerm);
        Assert.True(_started.Writer.TryWrite(process));
        return Task.FromResult<ISupervisedProcess>(process);
    }

    private async Task<StandInProcess> Next() => await _started.Reader.ReadAsync();
}
