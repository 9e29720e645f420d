using System.Diagnostics;
using System.Net;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;

namespace TraceeMesh.Tests.Mesh.Up;

/// <summary>A real nats-server that runs the configuration a local mesh writes.</summary>
internal sealed class ConfiguredServer : IAsyncDisposable
{
    public const string Name = "traceemesh-test";

    private readonly TemporaryDirectory _directory = new();
    private readonly ProcessSpawner _spawner = new();
    private readonly StringWriter _messages = new();
    private readonly Supervisor _server;
    private readonly ProcessLog _log;

    private ConfiguredServer()
    {
        State = new StateDirectory(_directory.Path);
        StatePreparation.Create(State, null);
        Address = new PortPicker().Free(IPAddress.Loopback);
        var permissions = Permissions.For(new Subjects());
        StatePreparation.Write(State, users => new NatsConfiguration(Name, Address, Users = users, permissions), permissions, _ => null, null);
        _log = new ProcessLog(State.LogOf("nats-server"), "nats-server", _messages, LogLines.IsError);
        var launch = Launch.As(LaunchIdentity.Unchanged, State.Path, InstalledProgram.Locate("nats-server"), "-c", "nats.conf");
        _server = new Supervisor("nats-server", () => SupervisedProcess.Start(_spawner, launch, _log), _messages, TimeProvider.System);
    }

    public StateDirectory State { get; }

    public IPEndPoint Address { get; }

    public IReadOnlyDictionary<string, BusCredentials> Users { get; private set; } = new Dictionary<string, BusCredentials>();

    public int? Pid => _server.Pid;

    public static async Task<ConfiguredServer> Start()
    {
        var server = new ConfiguredServer();
        await server._server.Start();
        await server.Answers();
        return server;
    }

    /// <summary>Completes when it greets with its own name.</summary>
    public Task Answers() =>
        TestWait.Until(async () => await NatsProbe.ServerName(Address, CancellationToken.None) == Name, $"{Name} answers at {Address}", seconds: 20);

    /// <summary>What the server itself says of the file.</summary>
    public (int ExitCode, string Output) CheckConfiguration()
    {
        using var check = Process.Start(new ProcessStartInfo(InstalledProgram.Locate("nats-server"), ["-c", State.NatsConfiguration, "-t"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = check.StandardOutput.ReadToEnd() + check.StandardError.ReadToEnd();
        check.WaitForExit();
        return (check.ExitCode, output);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.Stop(TimeSpan.FromSeconds(10));
        _server.Dispose();
        _spawner.Dispose();
        _log.Dispose();
        await _messages.DisposeAsync();
        _directory.Dispose();
    }
}
