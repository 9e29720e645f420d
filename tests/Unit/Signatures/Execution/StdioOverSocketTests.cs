using TraceeMesh.Signatures.BuiltIn.Execution;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.Execution;

public sealed class StdioOverSocketTests
{
    [Theory]
    [InlineData(0, "10.0.0.1", 4444, 1)]
    [InlineData(2, "fe80::1", 4444, 1)]
    [InlineData(3, "10.0.0.1", 4444, 0)]
    [InlineData(-1, "10.0.0.1", 4444, 0)]
    [InlineData(0, "10.0.0.1", 0, 0)]
    public async Task Connect_Descriptor_FindsTheStandardOnesOnly(int descriptor, string ip, int port, int findings)
    {
        var found = await new StdioOverSocket().FindingsOn(Made.Connect(Made.Internet(ip, port), descriptor));

        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal((ip, $"{port}", descriptor), (f["IP address"].Text, f["Port"].Text, f["File descriptor"].Integer)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 0)]
    public async Task Dup_ToADescriptor_FindsTheStandardOnesOnly(int descriptor, int findings)
    {
        var found = await new StdioOverSocket().FindingsOn(EventMaker.Make("socket_dup", ("oldfd", 5), ("newfd", descriptor), ("remote_addr", Made.Internet("10.0.0.1", 80))));

        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal(("10.0.0.1", descriptor), (f["IP address"].Text, f["File descriptor"].Integer)));
    }

    [Fact]
    public async Task Connect_Elsewhere_FindsNothing()
    {
        Assert.Empty(await new StdioOverSocket().FindingsOn(Made.Connect(Made.Unix("/run/x"), 0)));
        Assert.Empty(await new StdioOverSocket().FindingsOn(EventMaker.Make("security_socket_connect", ("sockfd", 0))));
    }
}
