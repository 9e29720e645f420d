using System.Text;
using System.Text.Json;
using TraceeMesh.Cli.Forwarding;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class FindingLogRecordTests
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"timestamp":"now"}""")]
    [InlineData("""{"timestamp":1e400}""")]
    [InlineData("""{"timestamp":1,"eventName":"\ud800"}""")]
    [InlineData("""{"timestamp":1""")]
    public void Record_OfWhatIsNoFinding_IsNone(string json) => Assert.Null(Write(json));

    [Theory]
    [InlineData("info", 9)]
    [InlineData("medium", 13)]
    [InlineData("high", 17)]
    [InlineData("critical", 21)]
    [InlineData("other", 0)]
    public void Severity_IsThatOfTheSubject(string severity, int number)
    {
        var record = Record(Write("""{"timestamp":1}""", severity)!.Value);

        Assert.Equal((number, severity), (record.GetProperty("severityNumber").GetInt32(), record.GetProperty("severityText").GetString()));
    }

    // What a watched program calls itself is a value, whatever is in it.
    [Fact]
    public void Record_OfAFindingWithHostileTexts_IsJsonAllTheSame()
    {
        var record = Record(Write("""{"timestamp":1,"containerId":"\"}],\"x\":[{\"","mesh":{"id":"a\nb"},"container":7}""")!.Value);

        Assert.Contains(record.GetProperty("attributes").EnumerateArray(), a => a.GetProperty("value").GetProperty("stringValue").GetString() == "\"}],\"x\":[{\"");
    }

    [Fact]
    public void Record_WithoutATrace_HasNone() => Assert.False(Record(Write("""{"timestamp":1}""")!.Value).TryGetProperty("traceId", out _));

    private static ReadOnlyMemory<byte>? Write(string json, string severity = "low") =>
        FindingLogRecord.TryWrite($"tracee.findings.{severity}.any.node-a", Encoding.UTF8.GetBytes(json), "nonsense", DateTimeOffset.UnixEpoch);

    private static JsonElement Record(ReadOnlyMemory<byte> request) =>
        JsonDocument.Parse(request).RootElement.GetProperty("resourceLogs")[0].GetProperty("scopeLogs")[0].GetProperty("logRecords")[0].Clone();
}
