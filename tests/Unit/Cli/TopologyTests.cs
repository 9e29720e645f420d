using TraceeMesh.Cli;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class TopologyTests
{
    private const string OneService = """{"services":[{"name":"a","project":"a.csproj","replicas":1,"user":"root","endpoints":["http"]}]}""";

    [Fact]
    public void Load_OfTheRepository_NamesTheFourServicesAndTheirProjectsExist()
    {
        var repository = Checkout.Require();
        var topology = Topology.Load(repository.TopologyPath);

        Assert.Equal(["collector", "datasource-api", "detector", "enricher"], topology.Services.Select(s => s.Name).Order());
        Assert.All(topology.Services, s => Assert.True(File.Exists(Path.Combine(repository.Root, s.Project)), s.Project));
    }

    [Fact]
    public void Load_OfTheRepository_OnlyTheCollectorIsRoot()
    {
        var topology = Topology.Load(Checkout.Require().TopologyPath);

        Assert.Equal("collector", Assert.Single(topology.Services, s => s.User == ServiceUser.Root).Name);
        Assert.Equal("enricher", Assert.Single(topology.Services, s => s.User == ServiceUser.Runtimes).Name);
    }

    [Fact]
    public void WithReplicas_OfOneService_LeavesTheOthers()
    {
        var topology = Topology.Load(Checkout.Require().TopologyPath).WithReplicas("detector", 3);

        Assert.Equal(3, topology["detector"].Replicas);
        Assert.Equal(1, topology["enricher"].Replicas);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"services":[]}""")]
    [InlineData("""{"services":[{"name":"a"}]}""")]
    [InlineData("""{"services":[{"name":"a","project":"a.csproj","replicas":0,"user":"root","endpoints":[]}]}""")]
    [InlineData("""{"services":[{"name":"a","project":"a.csproj","replicas":1,"user":"king","endpoints":[]}]}""")]
    [InlineData("""{"services":[{"name":"a","project":"a.csproj","replicas":1,"user":"root","endpoints":[],"extra":1}]}""")]
    [InlineData("""{"services":[{"name":"a","project":"a.csproj","replicas":1,"user":"root","endpoints":[]},{"name":"a","project":"b.csproj","replicas":1,"user":"root","endpoints":[]}]}""")]
    public void Load_OfWhatIsNoTopology_IsAUsageFailureThatNamesTheFile(string text)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["topology.json"], text);

        var failure = Assert.Throws<CommandException>(() => Topology.Load(directory["topology.json"]));

        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Contains(directory["topology.json"], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfOneService_ReadsEveryField()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["topology.json"], OneService);

        var service = Assert.Single(Topology.Load(directory["topology.json"]).Services);

        Assert.Equal(("a", "a.csproj", 1, ServiceUser.Root), (service.Name, service.Project, service.Replicas, service.User));
        Assert.Equal(["http"], service.Endpoints);
    }
}
