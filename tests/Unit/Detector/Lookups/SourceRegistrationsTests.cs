using TraceeMesh.Detector.Lookups;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Lookups;

/// <summary>Who owns a data source when several say so.</summary>
public sealed class SourceRegistrationsTests
{
    [Fact]
    public void Owners_OfDifferentNodes_AreOneSource() => Expect([Node("e1", "a"), Node("e2", "b")], "e1");

    [Fact]
    public void Replicas_OfAMeshSource_AreOneSource() => Expect([Mesh("r1"), Mesh("r2")], "r1");

    [Fact]
    public void Owner_WhoAnswersTwice_IsNoSecondOne() => Expect([Node("e1", "a"), Node("e1", "a")], "e1");

    [Fact]
    public void SecondOwner_OfOneNode_IsRefused() => Expect([Node("e2", "a"), Node("e1", "a")], "e1", "e2: e1 answers for node a already");

    [Fact]
    public void Owner_WhoSaysSomethingElse_IsRefused() =>
        Expect([Mesh("r1", version: 2), Mesh("r2"), Mesh("r3")], "r2", "r1: r2 says something else of it: version 1, scope mesh");

    [Fact]
    public void Scope_ThatDiffers_IsRefused() =>
        Expect([Mesh("r1"), Mesh("r2"), Mesh("r3") with { OfNode = true, Node = "a" }], "r1", "r3: r1 says something else of it: version 1, scope mesh");

    [Fact]
    public void Known_Description_HoldsAgainstMore()
    {
        var (sources, refused) = SourceRegistrations.Sort([Mesh("r1", version: 2), Mesh("r2", version: 2), Mesh("r3")], (_, _) => Mesh("gone"));

        Assert.Equal("r3", Assert.Single(sources).Instance);
        Assert.Equal(["r1", "r2"], refused.Select(r => r.Info.Instance));
    }

    [Fact]
    public void Known_DescriptionThatNobodySaysAnyMore_Changes() =>
        Assert.Equal(2, Assert.Single(SourceRegistrations.Sort([Mesh("r1", version: 2)], (_, _) => Mesh("gone")).Sources).Version);

    [Theory]
    [InlineData("containers", false)]
    [InlineData("words", true)]
    [InlineData("words", false)]
    public void Namespace_OfTheMesh_IsRefusedToOthers(string id, bool ofNode)
    {
        var (sources, refused) = SourceRegistrations.Sort([new("tracee", id, 1, ofNode, ["string"], "{}") { Instance = "x" }], (_, _) => null);

        Assert.Empty(sources);
        Assert.Equal("the namespace tracee holds containers, process_tree, dns and nothing else, each of a node", Assert.Single(refused).Reason);
    }

    private static void Expect(DataSourceInfo[] answers, string owner, params string[] refused)
    {
        var sorted = SourceRegistrations.Sort(answers, (_, _) => null);

        Assert.Equal(owner, Assert.Single(sorted.Sources).Instance);
        Assert.Equal(refused, sorted.Refused.Select(r => $"{r.Info.Instance}: {r.Reason}"));
    }

    private static DataSourceInfo Node(string instance, string node) => new("tracee", "containers", 1, true, ["string"], "{}") { Instance = instance, Node = node };

    private static DataSourceInfo Mesh(string instance, int version = 1) => new("acme", "words", version, false, ["string"], "{}") { Instance = instance };
}
