using TraceeMesh.Bus;
using TraceeMesh.Grpc;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>One bus and one datasource-api for tests that break neither.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _sources = new();
    private DataSourceApiProcess _service = null!;

    public NatsServer Server { get; private set; } = null!;

    public BusConnection Bus { get; private set; } = null!;

    public GrpcChannel Channel => _service.Channel;

    public string Address => _service.Address;

    public int Http => _service.Http;

    internal string Log => _service.Log;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(_sources["reputation.yaml"], """
            namespace: test
            id: reputation
            version: 3
            key: int
            schema: {status: string, score: int, weight: float, tags: any}
            capacity: 3
            """);
        await File.WriteAllTextAsync(_sources["numbers.yaml"], """
            namespace: test
            id: numbers
            value: int
            capacity: 100
            """);
        Server = await NatsServer.StartAsync();
        Bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [Server.Url] });
        _service = await DataSourceApiProcess.StartAsync(Server, "a", "--sources", _sources.Path);
    }

    public async Task DisposeAsync()
    {
        _service.Dispose();
        await Bus.DisposeAsync();
        await Server.DisposeAsync();
        _sources.Dispose();
    }
}
