using System.Text;
using TraceeMesh.Cli.Findings;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class FindingLineTests
{
    private const string Finding = """
        {"timestamp":1763683200123456789,"hostProcessId":4711,"hostParentProcessId":4700,"processName":"python3","hostName":"node-a","containerId":"","eventName":"anti_debugging",
         "metadata":{"Properties":{"Severity":1,"signatureName":"Anti-Debugging detected"}},"mesh":{"node":"node-a","completeness":{"state":"complete"}}}
        """;

    [Fact]
    public void Format_OfAFinding_SaysWhenHowBadWhatWhoAndWhere() =>
        Assert.Equal("00:00:00.123 low      anti_debugging        python3[4711] parent 4700 on node-a  Anti-Debugging detected", Line(Finding));

    [Fact]
    public void Format_OfAFindingInAContainer_NamesItShortly() =>
        Assert.Contains(" in 270f747aa981 on ", Line(Finding.Replace("\"containerId\":\"\"", "\"containerId\":\"270f747aa98112345678\"", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Format_OfIncompleteEvidence_SaysSo() =>
        Assert.EndsWith("[incomplete: 37 events lost before it]", Line(Finding.Replace("""{"state":"complete"}""", """{"state":"incomplete","lost":37}""", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Format_OfAProcessNameWithEscapes_PrintsNoControl() =>
        Assert.DoesNotContain(Line(Finding.Replace("python3", "\\u001b[2J\\nevil\\u009b", StringComparison.Ordinal)), char.IsControl);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"eventName":7}""")]
    [InlineData("""{"eventName":"a" """)]
    public void Format_OfWhatIsNoFinding_IsRefused(string text) => Assert.False(FindingLine.TryFormat(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Format_OfAFindingWithFieldsOfWrongTypes_StillNamesIt() =>
        Assert.Contains("anti_debugging", Line("""{"eventName":"anti_debugging","timestamp":9e300,"processName":[],"metadata":3,"mesh":"x"}"""), StringComparison.Ordinal);

    [Fact]
    public void JsonLine_OfAFindingOverSeveralLines_IsOneLine()
    {
        using var output = new MemoryStream();

        Assert.True(JsonLine.TryWrite(Encoding.UTF8.GetBytes(Finding), output));

        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void JsonLine_OfOneLine_KeepsItsBytes()
    {
        const string line = """{"pointer":18446744073709551615,"name":"\u00e9"}""";
        using var output = new MemoryStream();

        Assert.True(JsonLine.TryWrite(Encoding.UTF8.GetBytes(line), output));

        Assert.Equal(line + "\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    private static string Line(string finding)
    {
        Assert.True(FindingLine.TryFormat(Encoding.UTF8.GetBytes(finding), out var line));
        return line;
    }
}
