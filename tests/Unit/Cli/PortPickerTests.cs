using System.Net;
using System.Net.Sockets;
using TraceeMesh.Cli;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class PortPickerTests : IDisposable
{
    private readonly TcpListener _other = new(IPAddress.Loopback, 0);

    public PortPickerTests() => _other.Start();

    private IPEndPoint Taken => (IPEndPoint)_other.LocalEndpoint;

    public void Dispose() => _other.Dispose();

    [Fact]
    public void Default_Taken_IsReplacedAndSaid()
    {
        var ports = new PortPicker();

        var address = ports.Default(IPAddress.Loopback, Taken.Port);

        Assert.NotEqual(Taken.Port, address.Port);
        Assert.Equal([Taken.Port], ports.Taken);
    }

    [Fact]
    public void Asked_Taken_IsRefusedWithTheOptionAndTheAddress()
    {
        var failure = Assert.Throws<CommandException>(() => new PortPicker().Asked(Taken, "--nats-port"));

        Assert.Equal(ExitCode.PortTaken, failure.ExitCode);
        Assert.Contains("--nats-port", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Taken.ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Asked_Twice_IsRefused()
    {
        var ports = new PortPicker();
        var address = new PortPicker().Free(IPAddress.Loopback);
        ports.Asked(address, "--grpc-address");

        Assert.Throws<CommandException>(() => ports.Asked(address, "--http-address"));
    }

    [Fact]
    public void Free_Often_GivesNoAddressTwice()
    {
        var ports = new PortPicker();

        var addresses = Enumerable.Range(0, 200).Select(_ => ports.Free(IPAddress.Loopback).Port).ToArray();

        Assert.Equal(addresses.Length, addresses.Distinct().Count());
    }
}
