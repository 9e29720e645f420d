using TraceeMesh.Cli.Commands;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class CommonOptionsTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30", 30)]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("1.5h", 5400)]
    [InlineData("7d", 604800)]
    public void Duration_WithAUnit_IsRead(string text, double seconds)
    {
        Assert.True(CommonOptions.TryParseDuration(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1s")]
    [InlineData("10 m")]
    [InlineData("1y")]
    [InlineData("1sm")]
    [InlineData("99999999d")]
    public void Duration_OfAnythingElse_IsRefused(string text) => Assert.False(CommonOptions.TryParseDuration(text, out _));

    [Theory]
    [InlineData("127.0.0.1:80")]
    [InlineData("localhost:80")]
    [InlineData("0.0.0.0:80")]
    [InlineData("[::1]:80")]
    public void Address_WithAPort_IsRead(string text)
    {
        Assert.True(CommonOptions.TryParseAddress(text, out var address));
        Assert.Equal(80, address!.Port);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData(":80")]
    [InlineData("80")]
    public void Address_WithoutHostOrPort_IsRefused(string text) => Assert.False(CommonOptions.TryParseAddress(text, out _));
}
