using System.Buffers;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Records;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Nodes;

/// <summary>
/// A node as the manifests make it: a leaf of the bus, an enricher beside it, and the test in the collector's place. Its way to the hub can be cut.
/// </summary>
internal sealed class LeafNode : IAsyncDisposable
{
    private readonly NetworkLink _way;
    private readonly NatsServer _leaf;
    private readonly BusConnection _bus;
    private readonly FramePublisher _collector;
    private readonly ServiceProcess _enricher;
    private readonly Subjects _subjects = new();

    private LeafNode(string name, NetworkLink way, NatsServer leaf, BusConnection bus, string? users)
    {
        (Name, _way, _leaf, _bus) = (name, way, leaf, bus);
        var raw = new StreamTable(_subjects).Raw(name);
        JetStream = new JetStream(bus);
        _collector = new FramePublisher(bus, new FramePublisherOptions(raw.Name) { Domain = name }, c => JetStream.EnsureStreamAsync(raw, c));
        _enricher = new ServiceProcess(leaf.Url, ServiceProcess.Enricher, ["--instance", name, "--node", name, "--nats-domain", Hub.Domain, .. users is null ? (string[])[] : ["--credentials", Path.Combine(users, "enricher.json")]]);
    }

    public string Name { get; }

    /// <summary>What the leaf itself keeps.</summary>
    public JetStream JetStream { get; }

    /// <summary>How many events it was given; each of them makes one finding.</summary>
    public long Sent { get; private set; }

    public FramePublisherStatistics Collector => _collector.Statistics;

    public string Log => _enricher.Log;

    public static async Task<LeafNode> StartAsync(string name, Hub hub, Action<string>? prepare = null, bool cutOff = false)
    {
        var way = new NetworkLink(hub.LeafPort);
        if (cutOff)
        {
            way.Cut();
        }

        var leaf = await NatsServer.StartDeployedAsync(
            Hub.Configuration("leaf.conf"),
            new Dictionary<string, string>
            {
                ["NATS_DOMAIN"] = NatsServer.Quoted(name),
                ["NATS_HUB"] = NatsServer.Quoted($"nats-leaf://{(hub.Users is { } users ? $"leaf:{File.ReadAllText(Path.Combine(users, "leaf-password"))}@" : "")}127.0.0.1:{way.Port}"),
            },
            directory =>
            {
                Hub.WriteUsers(hub.Users, directory, "leaf.conf");
                prepare?.Invoke(directory);
            });
        var collector = hub.Users is null ? null : BusCredentials.Read(Path.Combine(hub.Users, "collector.json"));
        var bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [leaf.Url], User = collector?.User, Password = collector?.Password });
        var node = new LeafNode(name, way, leaf, bus, hub.Users);
        await node.JetStream.EnsureStreamAsync(new StreamTable(node._subjects).Raw(name));
        return node;
    }

    public void CutOff() => _way.Cut();

    public void Mend() => _way.Mend();

    /// <summary>Raw frames of one call each; returns when the leaf has stored them.</summary>
    public async Task SendAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await SendAsync(new RecordBuilder((ulong)Sent).Ptrace());
        }

        await _collector.DrainAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>One raw frame.</summary>
    public async Task SendAsync(RecordBuilder records)
    {
        var bytes = RawFrames.Encode(RawFrames.Header(Sent, records.Count) with { Node = Name }, records.Bytes);
        var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented, 0);
        await _collector.EnqueueAsync(new OutgoingFrame(_subjects.Raw(Name), $"{RawFrames.Load:x8}.{Sent}", rented, bytes.Length, Sent, Sent + records.Count));
        Sent += records.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        _enricher.Dispose();
        await _bus.DisposeAsync();
        await _leaf.DisposeAsync();
        await _way.DisposeAsync();
    }
}
