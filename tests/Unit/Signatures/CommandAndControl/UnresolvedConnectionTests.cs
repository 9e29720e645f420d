using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.CommandAndControl;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.CommandAndControl;

public sealed class UnresolvedConnectionTests
{
    [Theory]
    [InlineData("198.41.0.4", 443, 1)]
    [InlineData("2001:500:2::c", 443, 1)]
    [InlineData("93.184.216.34", 443, 0)]
    [InlineData("::ffff:93.184.216.34", 443, 0)]
    [InlineData("198.41.0.4", 53, 0)]
    [InlineData("198.41.0.4", 853, 0)]
    [InlineData("10.1.2.3", 443, 0)]
    [InlineData("172.31.0.1", 443, 0)]
    [InlineData("192.168.1.1", 443, 0)]
    [InlineData("169.254.169.254", 80, 0)]
    [InlineData("127.0.0.1", 80, 0)]
    [InlineData("100.64.0.1", 80, 0)]
    [InlineData("::1", 80, 0)]
    [InlineData("fd00::1", 80, 0)]
    [InlineData("fe80::1", 80, 0)]
    public async Task Connect_ToAnAddress_FindsPublicOnesWithoutAName(string ip, int port, int findings)
    {
        var found = await new UnresolvedConnection().FindingsOn(Made.Connect(Made.Internet(ip, port)), Made.Names(("93.184.216.34", "example.org")));

        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal((ip, port), (f["ip"].Text, f["port"].Integer)));
    }

    [Theory]
    [InlineData(LookupStatus.Expired)]
    [InlineData(LookupStatus.Unavailable)]
    [InlineData(LookupStatus.Timeout)]
    public async Task Connect_WhereNobodyCanSay_FindsNothing(LookupStatus status) =>
        Assert.Empty(await new UnresolvedConnection().FindingsOn(Made.Connect(Made.Internet("198.41.0.4", 443)), new FixedDataSource("tracee", "dns", _ => Lookup.Failed(status))));

    [Fact]
    public async Task Connect_Again_FindsOnceForEachProgram()
    {
        using var harness = new SignatureHarness(new UnresolvedConnection(), Made.Names());

        Assert.Single(await harness.Feed(Made.Connect(Made.Internet("198.41.0.4", 443)).By("/usr/bin/a")));
        Assert.Empty(await harness.Feed(Made.Connect(Made.Internet("198.41.0.4", 443)).By("/usr/bin/a")));
        Assert.Single(await harness.Feed(Made.Connect(Made.Internet("198.41.0.4", 443)).By("/usr/bin/b")));
    }

    [Fact]
    public async Task Connect_OfDatagrams_FindsNothing() => Assert.Empty(await new UnresolvedConnection().FindingsOn(Made.Connect(Made.Internet("198.41.0.4", 443), type: 2), Made.Names()));
}
