using TraceeMesh.Cli;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class StateLockTests
{
    [Fact]
    public void Take_OfALockedDirectory_IsRefusedWithItsOwner()
    {
        using var directory = new TemporaryDirectory();
        var state = new StateDirectory(directory.Path);
        new MeshFile("nats://127.0.0.1:4222", "node-a", "", "", 4711).Write(state);
        using var first = StateLock.Take(state);

        var failure = Assert.Throws<CommandException>(() => StateLock.Take(state));

        Assert.Equal(ExitCode.AlreadyRunning, failure.ExitCode);
        Assert.Contains("4711", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_AfterTheOwnerLetGo_Succeeds()
    {
        using var directory = new TemporaryDirectory();
        var state = new StateDirectory(directory.Path);
        StateLock.Take(state).Dispose();

        using var second = StateLock.Take(state);
    }
}
