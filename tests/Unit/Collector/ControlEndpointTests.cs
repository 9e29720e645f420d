using System.Text;
using System.Text.Json.Nodes;
using TraceeMesh.Collector.Requests;
using TraceeMesh.Contracts.Ledger;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class ControlEndpointTests
{
    private readonly List<int> _ignored = [];
    private readonly ControlEndpoint _endpoint;
    private int _snapshots;

    public ControlEndpointTests() => _endpoint = new ControlEndpoint
    {
        Cut = () => new LedgerCut("a81d02c4", 42),
        Snapshot = () => _snapshots++,
        Ignore = pid =>
        {
            _ignored.Add(pid);
            return pid < 0 ? "no such process" : null;
        },
    };

    [Fact]
    public void Cut_AnswersLoadAndCount()
    {
        var reply = Ask("""{"op":"cut"}""");

        Assert.Equal("a81d02c4", (string?)reply["loadId"]);
        Assert.Equal(42, (long?)reply["produced"]);
    }

    [Fact]
    public void Snapshot_IsAskedForOnce()
    {
        Assert.True((bool?)Ask("""{"op":"snapshot"}""")["ok"]);
        Assert.Equal(1, _snapshots);
    }

    [Fact]
    public void Ignore_TakesEachProcess()
    {
        Assert.True((bool?)Ask("""{"op":"ignore","pids":[4,5]}""")["ok"]);
        Assert.Equal([4, 5], _ignored);
    }

    [Theory]
    [InlineData("""{"op":"ignore","pids":[-1]}""", "no such process")]
    [InlineData("""{"op":"reboot"}""", "there is no op 'reboot'")]
    [InlineData("nonsense", "not a control request")]
    [InlineData("", "not a control request")]
    public void WhatCannotBeDone_SaysWhy(string request, string why)
    {
        var reply = Ask(request);

        Assert.False((bool?)reply["ok"]);
        Assert.Contains(why, (string?)reply["error"], StringComparison.Ordinal);
    }

    private JsonObject Ask(string request) => JsonNode.Parse(_endpoint.Answer(Encoding.UTF8.GetBytes(request)))!.AsObject();
}
