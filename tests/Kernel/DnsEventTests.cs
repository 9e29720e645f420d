using System.Net;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Dns;
using TraceeMesh.Tests.Kernel.WholeMesh;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>What a real resolver asks, and what it is answered.</summary>
[Collection(nameof(LoadedKernel))]
public class DnsEventTests(LoadedKernel kernel)
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    private static readonly EventSet Dns = new(EventIds.NetPacketDns);

    public static TheoryData<string, bool, bool> Ways => new()
    {
        { "127.0.0.77", false, false },
        { "127.0.0.77", true, false },
        { "127.0.0.77", true, true },
        { "::1", false, false },
        { "::1", true, false },
    };

    [KernelFact]
    public async Task Resolver_AsksAndIsAnswered_IsToldAsRequestAndResponse()
    {
        const string Server = "127.0.0.78";
        await using var names = NameServer.Start(Server, splits: false);
        using var directory = new TemporaryDirectory();
        var command = NameServer.CommandWithResolver(directory.Path, Server, overTcp: false, "getent ahostsv4 request.example.test");
        var pid = 0;

        var records = kernel.Watch(
            new EventSet(EventIds.NetPacketDns, EventIds.NetPacketDnsRequest, EventIds.NetPacketDnsResponse),
            () => (pid, _) = Shell.RunAsync(command[0], command[1..]).GetAwaiter().GetResult());

        var events = SeenEvent.Of(records, pid, EventIds.NetPacketDnsRequest, EventIds.NetPacketDnsResponse);
        Assert.Equal(["net_packet_dns_request", "net_packet_dns_response"], events.Select(e => e.Name));
        Assert.Equal("""[{"query":"request.example.test","query_type":"A","query_class":"IN"}]""", events[0]["dns_questions"]);
        Assert.Equal((Server, "53", "17", "any"), (events[0].Field("metadata", "dst_ip"), events[0].Field("metadata", "dst_port"), events[0].Field("metadata", "protocol"), events[0].Field("metadata", "iface")));

        // The smallest headers of IPv4 and UDP, and a question.
        Assert.True(int.Parse(events[0].Field("metadata", "packet_len")!, System.Globalization.CultureInfo.InvariantCulture) >= 20 + 8 + 12 + 26);
        Assert.Equal(
            $$"""[{"query_data":{"query":"request.example.test","query_type":"A","query_class":"IN"},"dns_answer":[{"answer_type":"CNAME","ttl":{{NameServer.TimeToLive}},"answer":"alias.request.example.test"},{"answer_type":"A","ttl":{{NameServer.TimeToLive}},"answer":"{{NameServer.Ipv4Of("request.example.test")}}"}]}]""",
            events[1]["dns_response"]);
        Assert.Equal((Server, "53"), (events[1].Field("metadata", "src_ip"), events[1].Field("metadata", "src_port")));
    }

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public async Task Resolver_AsksAndIsAnswered_InTheNameOfWhoAsked(string server, bool overTcp, bool splits)
    {
        await using var names = NameServer.Start(server, splits);
        using var directory = new TemporaryDirectory();
        var command = NameServer.CommandWithResolver(directory.Path, server, overTcp, "getent ahostsv4 kernel.example.test");
        var pid = 0;

        var records = kernel.Watch(Dns, () => (pid, _) = Shell.RunAsync(command[0], command[1..]).GetAwaiter().GetResult());

        var address = IPAddress.Parse(server);
        var own = records.Where(r => r.Head.HostPid == pid).Select(r => (Record: r, r.ReadRaw<NetPacketDnsBody>().Body, r.ReadRaw<NetPacketDnsBody>().Parts)).ToList();
        var query = Assert.Single(own, o => o.Body.Direction == PacketDirection.Egress);
        Assert.Equal("getent", query.Record.Comm);
        Assert.Equal((uint)Environment.ProcessId, query.Record.Head.HostPpid);
        Assert.NotEqual(0UL, query.Record.Head.StartTime);
        Assert.Equal(address, AddressOf(query.Body, query.Body.Destination));
        Assert.Equal((53, overTcp ? Tcp : Udp), (query.Body.DestinationPort, query.Body.Protocol));
        Assert.True(query.Parts[^1].AsSpan().IndexOf("kernel"u8) > 0);

        var answers = own.Where(o => o.Body.Direction == PacketDirection.Ingress).ToList();
        Assert.Equal(splits ? 2 : 1, answers.Count);
        var answer = answers[^1];
        Assert.Equal("getent", answer.Record.Comm);
        Assert.Equal((query.Record.Head.HostTid, query.Record.Head.StartTime), (answer.Record.Head.HostTid, answer.Record.Head.StartTime));
        Assert.Equal(address, AddressOf(answer.Body, answer.Body.Source));
        Assert.Equal((53, query.Body.SourcePort, query.Body.Socket), (answer.Body.SourcePort, answer.Body.DestinationPort, answer.Body.Socket));
        Assert.Equal((uint)answer.Parts[^1].Length, answer.Body.PayloadSize);
        Assert.True(answer.Parts[^1].AsSpan().IndexOf(IPAddress.Parse(NameServer.Ipv4Of("kernel.example.test")).GetAddressBytes()) > 0);
        Assert.True(answer.Record.Head.Time > query.Record.Head.Time);
        if (splits)
        {
            Assert.Equal(answer.Body.Sequence, answers[0].Body.Sequence + answers[0].Body.PayloadSize);
        }

        // The server's own side, in the server's name; of a connection it accepted none is known.
        Assert.Contains(records, r => r.Head.HostPid == (overTcp ? 0 : Environment.ProcessId) && r.ReadRaw<NetPacketDnsBody>().Body.Direction == PacketDirection.Egress);
    }

    [KernelFact]
    public async Task OwnProcess_IsLeftOut()
    {
        await using var names = NameServer.Start("127.0.0.77");
        using var directory = new TemporaryDirectory();
        var command = NameServer.CommandWithResolver(directory.Path, "127.0.0.77", overTcp: false, "getent ahostsv4 own.example.test");
        Assert.True(kernel.Programs.Switches.AddOwnProcess(Environment.ProcessId));
        try
        {
            var pid = 0;
            var records = kernel.Watch(Dns, () => (pid, _) = Shell.RunAsync(command[0], command[1..]).GetAwaiter().GetResult());

            Assert.Contains(records, r => r.Head.HostPid == pid);
            Assert.DoesNotContain(records, r => r.Head.HostPid == Environment.ProcessId);
        }
        finally
        {
            kernel.Programs.Switches.RemoveOwnProcess(Environment.ProcessId);
        }
    }

    private static IPAddress AddressOf(NetPacketDnsBody body, AddressBytes address) => new(((ReadOnlySpan<byte>)address)[..(body.IpVersion == 4 ? 4 : 16)]);
}
