using System.Text;
using TraceeMesh.Cli.Findings;
using TraceeMesh.Contracts.Findings;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class FindingFilterTests
{
    private const string Finding = """
        {"eventName":"anti_debugging","containerId":"4947fb4d7ca4","container":{"name":"cart"},"kubernetes":{"podName":"cart-0"},
         "metadata":{"Properties":{"Severity":2,"signatureID":"TRC-1"}},"mesh":{"node":"node-a"}}
        """;

    private static readonly FindingFilter All = new(null, null, null, null, null);

    public static TheoryData<FindingFilter, bool> Filters => new()
    {
        { All, true },
        { All with { Least = Severity.Medium }, true },
        { All with { Least = Severity.High }, false },
        { All with { Signature = "anti_debugging" }, true },
        { All with { Signature = "TRC-1" }, true },
        { All with { Signature = "TRC-2" }, false },
        { All with { Container = "4947" }, true },
        { All with { Container = "cart" }, true },
        { All with { Container = "car" }, false },
        { All with { Pod = "cart-0", Node = "node-a" }, true },
        { All with { Pod = "cart-0", Node = "node-b" }, false },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void Finding_MatchesWhereAllThatIsNamedHolds(FindingFilter filter, bool matches) => Assert.Equal(matches, filter.Matches(Encoding.UTF8.GetBytes(Finding)));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    public void WhatIsNoFinding_NeverThrows(string payload) => _ = (All with { Node = "node-a" }).Matches(Encoding.UTF8.GetBytes(payload));
}
