using TraceeMesh.Cli;
using TraceeMesh.Cli.Forwarding;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class ForwardOptionsTests
{
    [Fact]
    public void Name_OfAnAddress_IsItsOwnAndStays()
    {
        var first = Read("https://a.example/x");

        Assert.Equal(first.Name, Read("https://a.example/x").Name);
        Assert.NotEqual(first.Name, Read("https://a.example/y").Name);
        Assert.Equal("siem", ForwardOptions.Read("https://a.example/x", "siem", null, null, _ => null).Name);
    }

    [Theory]
    [InlineData("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/logs")]
    [InlineData("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/logs")]
    [InlineData("https://a.example/otlp/logs", "https://a.example/otlp/logs")]
    public void Address_OfLogRecords_IsTheUsualPathUnlessItHasOne(string url, string target) =>
        Assert.Equal(target, ForwardOptions.Read(url, null, "otlp", null, _ => null).Target.AbsoluteUri);

    [Fact]
    public void Token_OfTheEnvironment_IsTaken() =>
        Assert.Equal("t", ForwardOptions.Read("https://a.example", null, null, null, name => name == ForwardOptions.TokenVariable ? " t\n" : null).Token);

    [Theory]
    [InlineData("nowhere", null, null)]
    [InlineData("https://a.example", "a.b", null)]
    [InlineData("https://a.example", null, "xml")]
    public void Options_OfAnotherForm_AreRefused(string url, string? name, string? format) =>
        Assert.Throws<CommandException>(() => ForwardOptions.Read(url, name, format, null, _ => null));

    [Fact]
    public void Address_RefusedForItsToken_IsToldWithoutItsQuery()
    {
        var refusal = Assert.Throws<CommandException>(() => ForwardOptions.Read("http://a.example/x?key=hunter2", null, null, null, _ => "token"));

        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    private static ForwardOptions Read(string url) => ForwardOptions.Read(url, null, null, null, _ => null);
}
