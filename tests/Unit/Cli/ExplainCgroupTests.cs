using System.Text;
using System.Text.Json;
using TraceeMesh.Cli.Commands;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class ExplainCgroupTests
{
    private static readonly string Id = new('a', 64);

    [Fact]
    public void Explain_Container_IsOneLineOfJson()
    {
        var line = Encoding.UTF8.GetString(ExplainCgroupCommand.Explain($"/docker/{Id}"));

        Assert.Equal($$"""{"path":"/docker/{{Id}}","container_id":"{{Id}}","runtime":"docker","root":true}""" + "\n", line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//..//.")]
    [InlineData("/system.slice/docker-cleanup-and-prune-images.service")]
    [InlineData("/a\ud800b")]
    public void Explain_NoContainer_SaysSo(string path)
    {
        using var json = JsonDocument.Parse(ExplainCgroupCommand.Explain(path));

        Assert.Equal(("", "unknown", false), (json.RootElement.GetProperty("container_id").GetString(), json.RootElement.GetProperty("runtime").GetString(), json.RootElement.GetProperty("root").GetBoolean()));
    }
}
