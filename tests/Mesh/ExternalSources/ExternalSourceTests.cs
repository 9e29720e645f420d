using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.ExternalSources;

/// <summary>A data source in another language, over a bare socket, is a full member of the mesh.</summary>
public sealed class ExternalSourceTests : IAsyncLifetime
{
    private NatsServer _server = null!;
    private BusConnection _bus = null!;
    private Process _source = null!;

    public async Task InitializeAsync()
    {
        _server = await NatsServer.StartAsync();
        _bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [_server.Url] });
        _source = Process.Start(new ProcessStartInfo("/usr/bin/python3", [SourceTree.File("tests/Mesh/ExternalSources/source.py"), "127.0.0.1", $"{_server.Port}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var line = await _source.StandardOutput.ReadLineAsync();
        Assert.True(line == "ready", await ErrorsAsync(line));
    }

    public async Task DisposeAsync()
    {
        _source.Kill();
        await _source.WaitForExitAsync();
        _source.Dispose();
        await _bus.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Signature_AsksIt_AsAnyOther()
    {
        using var counters = new ServiceCounters();
        using var directory = new DataSourceDirectory(_bus, new Subjects(), counters, TimeProvider.System, NullLogger.Instance);
        await directory.RefreshAsync(CancellationToken.None);
        Assert.True(directory.TryGet("example", "length", out var source));
        Assert.Equal((1, """{"length":"int"}""", "string"), (source.Version, source.Schema, Assert.Single(source.Keys)));

        var e = EventMaker.Make("ptrace", ("request", 0));
        var answers = await source.GetAll(e, ["four", "", 7, new string('x', 100_000)]);

        Assert.Equal([LookupStatus.Found, LookupStatus.NotFound, LookupStatus.KeyNotSupported, LookupStatus.Found], answers.Select(a => a.Status));
        Assert.Equal((4L, 100_000L), (answers[0].GetInteger("length"), answers[3].GetInteger("length")));
    }

    [Theory]
    [InlineData("$SRV.PING", "ping")]
    [InlineData("$SRV.INFO.tracee-ds", "info")]
    [InlineData("$SRV.STATS.tracee-ds.example-1", "stats")]
    public async Task MicroServiceCommands_FindIt(string subject, string type)
    {
        using var reply = await _bus.RequestMessageAsync(subject, default, TimeSpan.FromSeconds(5));

        var json = System.Text.Json.Nodes.JsonNode.Parse(reply.Payload)!;
        Assert.Equal(($"io.nats.micro.v1.{type}_response", "length"), ((string?)json["type"], (string?)json["metadata"]!["id"]));
    }

    private async Task<string> ErrorsAsync(string? line) => line is null ? await _source.StandardError.ReadToEndAsync() : line;
}
