using TraceeMesh.Cli;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class MeshAddressTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StateDirectory _state;

    public MeshAddressTests() => _state = new StateDirectory(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("nats://option:1", "nats://variable:2", "nats://option:1")]
    [InlineData(null, "nats://variable:2", "nats://variable:2")]
    [InlineData(null, null, "nats://127.0.0.1:4222")]
    [InlineData(null, "", "nats://127.0.0.1:4222")]
    public void Find_WithARunningMesh_TakesTheFirstAddressThereIs(string? option, string? variable, string expected)
    {
        WriteMesh();

        Assert.Equal(expected, MeshAddress.Find(option, variable, _state).Nats);
    }

    [Fact]
    public void Find_WithAnAddress_StillTakesTheCredentialsOfTheStateDirectory()
    {
        WriteCredentials();

        Assert.Equal(_state.CredentialsOf(Permissions.CommandLine), MeshAddress.Find("nats://option:1", null, _state).CredentialsFile);
    }

    [Fact]
    public void Find_WithoutCredentials_ComesAsReader() =>
        Assert.Null(MeshAddress.Find("nats://option:1", null, _state).CredentialsFile);

    [Fact]
    public void Find_WithoutAnyMesh_SaysHowToStartOrNameOne()
    {
        var failure = Assert.Throws<CommandException>(() => MeshAddress.Find(null, null, _state));

        Assert.Equal(ExitCode.BusUnreachable, failure.ExitCode);
        Assert.Contains("./mesh up", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--nats", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_WithATornMeshFile_NamesIt()
    {
        File.WriteAllText(_state.MeshFile, """{"nats":"nats://""");

        var failure = Assert.Throws<CommandException>(() => MeshAddress.Find(null, null, _state));

        Assert.Contains(_state.MeshFile, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_Written_AreReadableByTheirOwnerOnly()
    {
        WriteCredentials();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_state.CredentialsOf(Permissions.CommandLine)));
    }

    [Theory]
    [InlineData("/option", "/variable", "/root", "/option")]
    [InlineData(null, "/variable", "/root", "/variable")]
    [InlineData(null, null, "/root", "/root/.mesh")]
    public void StateDirectory_Chosen_IsTheFirstNamed(string? option, string? variable, string root, string expected) =>
        Assert.Equal(expected, StateDirectory.Choose(option, variable, root).Path);

    private void WriteMesh() => new MeshFile("nats://127.0.0.1:4222", "node-a", "127.0.0.1:3366", "127.0.0.1:4466", 1).Write(_state);

    private void WriteCredentials()
    {
        Directory.CreateDirectory(_state.Credentials);
        BusCredentials.Generate(Permissions.CommandLine).Write(_state.CredentialsOf(Permissions.CommandLine));
    }
}
