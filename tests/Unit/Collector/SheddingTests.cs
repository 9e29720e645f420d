using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class SheddingTests
{
    [Theory]
    [InlineData("sched_process_exec", ShedOrder.Never)]
    [InlineData("ptrace", ShedOrder.Never)]
    [InlineData("init_module", ShedOrder.Never)]
    [InlineData("security_socket_connect", ShedOrder.Late)]
    [InlineData("net_packet_dns", ShedOrder.Late)]
    [InlineData("security_file_open", ShedOrder.Early)]
    [InlineData("read", ShedOrder.Early)]
    public void Event_HasItsOrder(string name, ShedOrder order) => Assert.Equal(order, Shedding.OrderOf(EventCatalog.Find(name)!.Id));

    [Fact]
    public void Marks_RiseWithTheOrder()
    {
        var shedding = new Shedding(1000, 50);

        Assert.Equal((500UL, 750UL, ulong.MaxValue), (shedding.MarkOf(ShedOrder.Early), shedding.MarkOf(ShedOrder.Late), shedding.MarkOf(ShedOrder.Never)));
    }

    [Fact]
    public void All_OfTheRing_ShedsNothing() => Assert.Equal(ulong.MaxValue, new Shedding(1000, 100).MarkOf(ShedOrder.Early));
}
