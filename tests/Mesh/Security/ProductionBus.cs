using System.Diagnostics;
using System.Net;
using TraceeMesh.Cli.Connection;
using TraceeMesh.TestKit;
using TraceeMesh.Tests.Mesh.Cli;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Security;

/// <summary>A real nats-server that runs what <c>tmesh init-credentials</c> wrote for two nodes.</summary>
public sealed class ProductionBus : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private Process? _server;

    public IPEndPoint Address { get; private set; } = null!;

    public string Root => _directory["bus"];

    public IReadOnlyList<string> Users => [.. Directory.EnumerateFiles(Path.Combine(Root, "credentials")).Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    public async Task InitializeAsync()
    {
        Address = new IPEndPoint(IPAddress.Loopback, Ports.Free());
        var (exitCode, _, errors) = await Tmesh.Run("init-credentials", "--out", Root, "--nodes", "node-a,node-b", "--no-tls", "--listen", Address.ToString());
        Assert.True(exitCode == 0, errors);
        _server = Process.Start(new ProcessStartInfo("nats-server", ["-c", "nats.conf"]) { WorkingDirectory = Root, RedirectStandardError = true })!;
        _server.ErrorDataReceived += (_, _) => { };
        _server.BeginErrorReadLine();
        await TestWait.Until(async () => await TraceeMesh.Cli.Up.NatsProbe.ServerName(Address, CancellationToken.None) is not null, "the bus answers", 30);
    }

    public Task DisposeAsync()
    {
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _directory.Dispose();
        return Task.CompletedTask;
    }

    internal BusCredentials Of(string user) => BusCredentials.Read(Path.Combine(Root, "credentials", $"{user}.json"))!;
}
