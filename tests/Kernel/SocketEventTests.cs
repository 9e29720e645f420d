using TraceeMesh.Contracts.Events;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>Sockets and connections, compared with what the program that made them knows.</summary>
[Collection(nameof(LoadedKernel))]
public class SocketEventTests(LoadedKernel kernel)
{
    private const int Stream = 1;
    private const int Datagram = 2;
    private const int ConnectionRefused = -111;

    public static TheoryData<string> Families => new("inet", "inet6");

    [KernelTheory]
    [MemberData(nameof(Families))]
    public void Server_BindsListensAndAccepts_HasItsSocketsAddress(string family)
    {
        var (trigger, events) = Run(EventIds.SecuritySocketBind, EventIds.SecuritySocketListen, EventIds.SecuritySocketAccept);

        var port = trigger[family + ".port"];
        var own = events.Where(e => Port(e, "local_addr") == port).ToArray();
        Assert.Equal(["security_socket_bind", "security_socket_listen", "security_socket_accept"], own.Select(e => e.Name));
        Assert.Equal(["bind", "listen", "accept"], own.Select(e => e.Syscall));
        foreach (var e in own)
        {
            Assert.Equal(trigger.Number(family + ".server"), e.Number("sockfd"));
            Assert.Equal(AddressOf(family, port), e["local_addr"]);
        }

        Assert.Equal(7, own[1].Number("backlog"));
        Assert.True(own[2].ReturnValue > 2);
    }

    [KernelTheory]
    [MemberData(nameof(Families))]
    public void Client_ConnectsAndDoublesItsDescriptor_HasTheAddressConnectedTo(string family)
    {
        var (trigger, events) = Run(EventIds.SecuritySocketConnect, EventIds.SocketDup);

        var own = events.Where(e => Port(e, "remote_addr") == trigger[family + ".port"]).ToArray();
        Assert.Equal(["security_socket_connect", "socket_dup", "socket_dup"], own.Select(e => e.Name));
        Assert.All(own, e => Assert.Equal(AddressOf(family, trigger[family + ".port"]), e["remote_addr"]));
        var client = trigger.Number(family + ".client");
        Assert.Equal((client, Stream, 0L), (own[0].Number("sockfd"), own[0].Number("type"), own[0].ReturnValue));
        Assert.Equal((client, 0L, "dup2"), (own[1].Number("oldfd"), own[1].Number("newfd"), own[1].Syscall));
        Assert.Equal((client, trigger.Number(family + ".dup"), "fcntl"), (own[2].Number("oldfd"), own[2].Number("newfd"), own[2].Syscall));
    }

    [KernelFact]
    public void Unix_PathAndAbstractName_AreTold()
    {
        using var directory = new TemporaryDirectory();
        var (trigger, events) = Run(directory, EventIds.SecuritySocketBind, EventIds.SecuritySocketConnect, EventIds.SocketDup);

        var path = $$"""{"sa_family":"AF_UNIX","sun_path":"{{directory.Path}}/socket"}""";
        var bind = Assert.Single(events, e => e.Name == "security_socket_bind" && e["local_addr"] == path);
        Assert.Equal(0, bind.ReturnValue);
        var connect = Assert.Single(events, e => e.Name == "security_socket_connect" && e["remote_addr"] == path);
        Assert.Equal(trigger.Number("unix.client"), connect.Number("sockfd"));
        var dup = Assert.Single(events, e => e.Name == "socket_dup" && e["remote_addr"] == path);
        Assert.Equal((trigger.Number("unix.client"), trigger.Number("unix.dup")), (dup.Number("oldfd"), dup.Number("newfd")));
        var named = Assert.Single(events, e => e.Name == "security_socket_bind" && e.Number("sockfd") == trigger.Number("abstract") && e.Field("local_addr", "sa_family") == "AF_UNIX" && e["local_addr"] != path);
        Assert.Equal("@mesh-abstract", named.Field("local_addr", "sun_path")!.TrimEnd('\0'));
    }

    [KernelFact]
    public void Connect_Refused_HasTheAddressAskedFor()
    {
        var (trigger, events) = Run(EventIds.SecuritySocketConnect);

        var refused = Assert.Single(events, e => e.Number("sockfd") == trigger.Number("refused") && e.ReturnValue != 0);
        Assert.Equal(ConnectionRefused, refused.ReturnValue);
        Assert.Equal(AddressOf("inet", "1"), refused["remote_addr"]);
        var datagram = Assert.Single(events, e => Port(e, "remote_addr") == "9");
        Assert.Equal((trigger.Number("datagram"), (long)Datagram), (datagram.Number("sockfd"), datagram.Number("type")));

        // Two of TCP, one of unix, one refused, one of UDP; the one without a socket is none.
        Assert.Equal(5, events.Count);
    }

    [KernelTheory]
    [MemberData(nameof(Families))]
    public void Connection_FromItsBeginToItsEnd_IsToldFromBothSides(string family)
    {
        var (trigger, events) = Run(EventIds.NetTcpConnect, EventIds.NetFlowTcpBegin, EventIds.NetFlowTcpEnd);

        var port = trigger.Number(family + ".port");
        var host = family == "inet" ? "127.0.0.1" : "::1";
        var own = events.Where(e => e.Number("dst_port") == port).ToArray();
        var tried = Assert.Single(own, e => e.Name == "net_tcp_connect");
        Assert.Equal((host, "connect", "[]"), (tried.Text("dst"), tried.Syscall, tried["dst_dns"]));
        var flows = own.Where(e => e.Name != "net_tcp_connect").ToArray();
        foreach (var direction in (string[])["outgoing", "incoming"])
        {
            var side = flows.Where(e => e.Text("conn_direction") == direction).ToArray();
            Assert.Equal(["net_flow_tcp_begin", "net_flow_tcp_end"], side.Select(e => e.Name));
            foreach (var e in side)
            {
                Assert.Equal((host, host), (e.Text("src"), e.Text("dst")));
                Assert.Equal(trigger.Number(family + ".from"), e.Number("src_port"));
                Assert.Equal(("[]", "[]"), (e["src_dns"], e["dst_dns"]));
                Assert.Equal("sockets", e.ProcessName);
            }
        }

        // One that was refused was tried, and never stood.
        Assert.Single(events, e => e.Name == "net_tcp_connect" && e.Number("dst_port") == 1);
        Assert.DoesNotContain(events, e => e.Name != "net_tcp_connect" && e.Number("dst_port") == 1);
    }

    [KernelFact]
    public void Connect_DescriptorClosedMeanwhile_IsToldAllTheSame()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.SecuritySocketConnect), () => trigger = Trigger.Run("closing", "3000"));

        var connected = SeenEvent.Of(records, trigger.ProcessId, EventIds.SecuritySocketConnect).Where(e => e.ReturnValue == 0).ToArray();
        Assert.InRange(connected.Length, 1, 3000);
        Assert.Equal(trigger.Number("connected"), connected.Length);
        Assert.All(connected, e => Assert.Equal(AddressOf("inet", "9"), e["remote_addr"]));
    }

    [KernelFact]
    public void Connect_ByThirtyTwoBitCalls_IsReadFromTheirArguments()
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(EventIds.SecuritySocketConnect), () => trigger = Trigger.Run("narrow"));

        var events = SeenEvent.Of(records, trigger.ProcessId, EventIds.SecuritySocketConnect);
        Assert.Equal(["connect", "socketcall"], events.Select(e => e.Syscall));
        Assert.All(events, e => Assert.Equal((trigger.Number("socket"), AddressOf("inet", "9")), (e.Number("sockfd"), e["remote_addr"])));
    }

    private static string AddressOf(string family, string port) => family == "inet"
        ? $$"""{"sa_family":"AF_INET","sin_port":"{{port}}","sin_addr":"127.0.0.1"}"""
        : $$"""{"sa_family":"AF_INET6","sin6_port":"{{port}}","sin6_flowinfo":"0","sin6_addr":"::1","sin6_scopeid":"0"}""";

    private static string? Port(SeenEvent e, string argument) => e.Field(argument, "sin_port") ?? e.Field(argument, "sin6_port");

    private (Trigger Trigger, List<SeenEvent> Events) Run(params int[] ids)
    {
        using var directory = new TemporaryDirectory();
        return Run(directory, ids);
    }

    private (Trigger Trigger, List<SeenEvent> Events) Run(TemporaryDirectory directory, params int[] ids)
    {
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(ids), () => trigger = Trigger.Run("sockets", directory.Path));
        return (trigger, SeenEvent.Of(records, trigger.ProcessId, ids));
    }
}
