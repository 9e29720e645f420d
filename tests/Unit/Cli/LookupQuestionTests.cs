using TraceeMesh.Cli;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class LookupQuestionTests
{
    [Theory]
    [InlineData("270f747aa981")]
    [InlineData("42")]
    [InlineData("[1]")]
    public void ParseKey_WithoutBrace_IsAString(string text) => Assert.Equal(DataValue.Of(text), LookupQuestion.ParseKey(text));

    [Fact]
    public void ParseKey_WithBrace_IsAMapWithItsTypes()
    {
        var key = LookupQuestion.ParseKey("""{"entity_id":5218840213377281,"deep":{"a":[true,null,1.5]}}""");

        Assert.Equal(DataValue.Of(5218840213377281), key["entity_id"]);
        Assert.Equal(DataValue.Of([DataValue.Of(true), DataValue.Nil, DataValue.Of(1.5)]), key["deep"]["a"]);
    }

    [Fact]
    public void ParseKey_WithBraceAndNoJson_IsAUsageFailure() =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => LookupQuestion.ParseKey("{nope")).ExitCode);

    [Theory]
    [InlineData(null, 0)]
    [InlineData("1763683200", 1763683200_000000000)]
    [InlineData("1763683200.123456789", 1763683200_123456789)]
    [InlineData("2025-11-21T00:00:00Z", 1763683200_000000000)]
    [InlineData("2025-11-21T01:00:00.5+01:00", 1763683200_500000000)]
    public void ParseTime_OfSecondsOrIso_IsNanoseconds(string? text, long expected) => Assert.Equal(expected, LookupQuestion.ParseTime(text));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-5")]
    [InlineData("1e300")]
    [InlineData("99999999999999999999")]
    public void ParseTime_OfAnythingElse_IsAUsageFailure(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => LookupQuestion.ParseTime(text)).ExitCode);

    [Theory]
    [InlineData(LookupStatus.Found, 0)]
    [InlineData(LookupStatus.NotFound, 3)]
    [InlineData(LookupStatus.KeyNotSupported, 4)]
    [InlineData(LookupStatus.Unavailable, 5)]
    [InlineData(LookupStatus.Timeout, 5)]
    [InlineData(LookupStatus.Expired, 5)]
    public void ExitCode_OfAStatus_IsTheDocumentedOne(LookupStatus status, int expected) => Assert.Equal(expected, LookupQuestion.ExitCodeOf(status));
}
