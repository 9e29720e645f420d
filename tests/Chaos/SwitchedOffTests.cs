using TraceeMesh.Contracts;
using Xunit;
using Xunit.Abstractions;

namespace TraceeMesh.Tests.Chaos;

/// <summary>The storm about itself: without any one of the mechanisms it fails.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class SwitchedOffTests(ITestOutputHelper output)
{
    private const int Seconds = 14;
    private const double SettleSeconds = 45;
    private const string Twice = "in the stream twice";
    private const string Missing = "have no finding";
    private const string Unbalanced = "the books do not balance";
    private const string Again = "were made again";
    private const string LostAnyway = "lost, though nothing was to be";
    private const string Misnamed = "lost for reasons that were not there";
    private const string Cold = "is cold";

    /// <summary>Each mechanism, what must happen for it to be needed, and what is wrong then.</summary>
    public static TheoryData<string, string, string, string> Mechanism => new()
    {
        { "message-ids", "detector", nameof(BlowKind.Kill), Twice },
        { "lease-fencing", "detector", nameof(BlowKind.Pause), Again },
        { "findings-before-position", "detector", nameof(BlowKind.Kill), Missing },
        { "go-back-n", "enricher", nameof(BlowKind.Refuse), LostAnyway },
        { "resume-from-stored-frames", "enricher", nameof(BlowKind.Kill), Missing },
        { "pins", "collector", nameof(BlowKind.Kill), Unbalanced },
        { "state-before-position", "detector", nameof(BlowKind.Kill), Cold },
        { "position-ranges", "nats-server", nameof(BlowKind.Kill), Misnamed },
    };

    /// <summary>What happens to the parts above, each once.</summary>
    public static TheoryData<string, string> Happening
    {
        get
        {
            var happening = new TheoryData<string, string>();
            foreach (var (part, kind) in Mechanism.Select(row => ((string)row[1], (string)row[2])).Distinct())
            {
                happening.Add(part, kind);
            }

            return happening;
        }
    }

    [Fact]
    public void EveryMechanism_IsSwitchedOffByATest()
    {
        Assert.Equal(Mechanisms.Names.Order(StringComparer.Ordinal), Mechanism.Select(row => (string)row[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [Trait("Length", "long")]
    [MemberData(nameof(Happening))]
    public async Task Storm_WithEveryMechanism_Holds(string part, string kind)
    {
        Assert.Empty(await new Storm(new StormPlan(Seconds, new Blow(part, Enum.Parse<BlowKind>(kind))), StormTests.Seed, output).RunAsync());
    }

    [Theory]
    [Trait("Length", "long")]
    [MemberData(nameof(Mechanism))]
    public async Task Storm_WithoutAMechanism_Fails(string mechanism, string part, string kind, string problem)
    {
        var plan = new StormPlan(Seconds, new Blow(part, Enum.Parse<BlowKind>(kind))) { SwitchedOff = mechanism, SettleSeconds = SettleSeconds };
        Assert.Contains(await new Storm(plan, StormTests.Seed, output).RunAsync(), p => p.Contains(problem, StringComparison.Ordinal));
    }
}
