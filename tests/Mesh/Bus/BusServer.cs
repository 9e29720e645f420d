using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

/// <summary>One server for the tests of a class that leave it running.</summary>
public sealed class BusServer : IAsyncLifetime
{
    public NatsServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await NatsServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public Task<BusConnection> ConnectAsync() => ConnectAsync(Server);

    public static Task<BusConnection> ConnectAsync(NatsServer server) => BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url], ReconnectWait = TimeSpan.FromMilliseconds(50) });
}
